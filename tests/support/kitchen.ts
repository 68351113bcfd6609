import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { OrderStatus, TimelineEntry } from '../../src/pizza-orders/order.ts';
import { cookingExecution } from '../../src/pizza-orders/start-cooking.ts';
import { sweepOrders } from '../../src/pizza-orders/sweep.ts';
import { type Answer, expectStatus, type Person } from '../acceptance/person.ts';
import { executionsOf, machineArn, stateOf, stopExecution } from './machines.ts';
import { orders } from './orders.ts';
import { aws } from './tables.ts';
import { until } from './until.ts';

const COOKING = 'cooking';
const sfn = new SFNClient(aws);
export const cooking = executionsOf(COOKING);

const path = '/api/v1/pizza-orders';
const nameOf = (id: string, run: number) => cookingExecution(id, run).name;

const Placed = z.object({ order: z.object({ id: z.string() }) });
export const order = async (person: Person, address = 'Main Square 1') =>
  Placed.parse(expectStatus(201, await person.ask('POST', path, { body: { address } })).body).order.id;

export const receive = (person: Person, id: string): Promise<Answer> => person.ask('POST', `${path}/${id}/receive`);
export const cancel = (person: Person, id: string): Promise<Answer> => person.ask('POST', `${path}/${id}/cancel`);

const Detail = z.object({ status: OrderStatus, timeline: z.array(TimelineEntry) });
const timelineOf = async (person: Person, id: string) =>
  Detail.parse(expectStatus(200, await person.ask('GET', `${path}/${id}`)).body).timeline;

/** The order's stages as its customer sees them, `2 BAKING` for the second attempt's. */
export const stagesOf = async (person: Person, id: string) =>
  (await timelineOf(person, id)).map(({ attempt, status }) => `${attempt} ${status}`);

/** Waits until an order is in one of these stages. */
export const comesTo = (id: string, ...statuses: OrderStatus[]) =>
  until(`an order that is ${statuses.join(' or ')}`, async () => {
    const found = await orders.find(id);
    return found && statuses.includes(found.status) ? found : undefined;
  });

export const stopCooking = (id: string, run = 1) => stopExecution(COOKING, nameOf(id, run));

/** The state in which an execution has ended. */
export const terminalOf = (id: string, run = 1, seconds?: number) =>
  until(
    'the end of the execution',
    async () => ((await cooking.status(nameOf(id, run))) === 'ENDED' ? stateOf(COOKING, nameOf(id, run)) : undefined),
    seconds,
  );

/** The states that an execution has entered, in order; the emulator does not tell of those in a Parallel state. */
export async function enteredBy(id: string, run = 1): Promise<string[]> {
  const executionArn = `${machineArn(COOKING).replace(':stateMachine:', ':execution:')}:${nameOf(id, run)}`;
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
}

/** The sweep's own code, so many milliseconds from now, for one order. */
export const sweepIn = (offsetMs: number, id: string) =>
  sweepOrders({
    orders: {
      ...orders,
      async *open(shard, before) {
        for await (const each of orders.open(shard, before)) if (each.id === id) yield each;
      },
    },
    notifier: { notify: () => Promise.reject(new Error('nothing is given up here')) },
    executions: cooking,
    now: () => new Date(Date.now() + offsetMs),
    report: () => undefined,
  });
