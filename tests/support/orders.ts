import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { judge, type Order, placeOrder, startBaking, startEvaluating } from '../../src/pizza-orders/order.ts';
import { orderStore } from '../../src/pizza-orders/order-store.ts';
import { cookingExecution } from '../../src/pizza-orders/start-cooking.ts';
import { expectStatus, type Person } from '../acceptance/person.ts';
import { executionsOf, stateOf } from './machines.ts';
import { tableName, tables } from './tables.ts';
import { until } from './until.ts';

const COOKING = 'cooking';
const executions = executionsOf(COOKING);

export const orders = orderStore(tables(), tableName('pizza-orders'));

const HOUR = 3600 * 1000;

/** An order that no execution has, dated an hour ahead, so that no sweep looks after it while a test goes on. */
export async function orderedAhead(userId: string, input = { address: 'Mokotowska 1' }): Promise<string> {
  const creation = { id: randomUUID(), fingerprint: 'test' };
  await orders.place(placeOrder(input, creation, userId, new Date(Date.now() + HOUR)), undefined);
  return creation.id;
}

/** One of these that waits to be received. */
export async function readyAhead(userId: string): Promise<string> {
  const id = await orderedAhead(userId);
  const at = new Date(Date.now() + HOUR);
  const steps: ((order: Order) => Order)[] = [
    (order) => startBaking(order, 1, at),
    (order) => startEvaluating(order, 1, at),
    (order) => judge(order, { attempt: 1, good: true }, HOUR, at),
  ];
  for (const step of steps) await orders.change(id, step);
  return id;
}

const View = z.object({
  id: z.string(),
  user_id: z.string().nullable(),
  address: z.string().nullable(),
  status: z.string(),
  attempt: z.int(),
  timeline: z.array(z.object({ status: z.string(), attempt: z.int(), at: z.string() })),
});

const PATH = '/api/v1/pizza-orders';

/** What placing an order answers. */
export const ask = (customer: Person, address = 'Mokotowska 1', headers: Record<string, string> = {}) =>
  customer.ask('POST', PATH, { body: { address }, headers });

export async function ordered(customer: Person, address?: string): Promise<string> {
  const { body } = expectStatus(201, await ask(customer, address));
  return z.object({ order: z.object({ id: z.string() }) }).parse(body).order.id;
}

export const receive = (customer: Person, id: string) => customer.ask('POST', `${PATH}/${id}/receive`);
export const cancel = (customer: Person, id: string) => customer.ask('POST', `${PATH}/${id}/cancel`);

export const read = async (reader: Person, id: string) =>
  View.parse(expectStatus(200, await reader.ask('GET', `${PATH}/${id}`)).body);

/** The order when it has come to a status. */
export const comesTo = (customer: Person, id: string, status: string) =>
  until(`the order to be ${status}`, async () => {
    const order = await read(customer, id);
    return order.status === status ? order : undefined;
  });

/** The state in which the execution of an order has ended. */
export const terminalOf = (id: string, run = 1) =>
  until('the end of the execution', async () => {
    const { name } = cookingExecution(id, run);
    return (await executions.status(name)) === 'ENDED' ? stateOf(COOKING, name) : undefined;
  });
