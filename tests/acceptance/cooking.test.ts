import { randomUUID } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { notifier } from '../../src/notifications/notifier.ts';
import {
  failOrder,
  isInKitchen,
  type Order,
  placeOrder,
  receiveOrder,
  takeOver,
} from '../../src/pizza-orders/order.ts';
import { cookingExecution } from '../../src/pizza-orders/start-cooking.ts';
import { tellCustomer } from '../../src/pizza-orders/tell-customer.ts';
import { MOST_RUNS } from '../../src/shared/workflow/executions.ts';
import { configure } from '../support/accounts.ts';
import {
  cancel,
  comesTo,
  cooking,
  enteredBy,
  order,
  receive,
  stagesOf,
  stopCooking,
  sweepIn,
  terminalOf,
} from '../support/kitchen.ts';
import { listOf } from '../support/notifications.ts';
import { orders } from '../support/orders.ts';
import { aws, tableName, tables } from '../support/tables.ts';
import { until } from '../support/until.ts';
import { prefix } from '../support/where.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

const lambda = new LambdaClient(aws);
const Told = z.object({ status: z.string(), again: z.string().optional() });

/** What the inbox says of an order, the first first, once it has said that much. */
const toldOf = (person: Person, id: string, count: number) =>
  until('what the customer is told', async () => {
    const { list } = await listOf(person, `user_id=${person.id}&limit=100`);
    const told = list.filter(({ target_id }) => target_id === id).map(({ data }) => Told.parse(data));
    return told.length >= count ? told.map(({ status, again = '1' }) => `${again} ${status}`).sort() : undefined;
  });

const HANDED_OVER = ['1 PREPARING', '1 BAKING', '1 EVALUATING', '1 WAITING_FOR_RECEIPT', '1 RECEIVED'];
const TOLD = HANDED_OVER.filter((stage) => stage !== '1 EVALUATING').sort();

const call = async (name: string, payload: object) => {
  const FunctionName = `${prefix}-${name}`;
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) }));
  const said: unknown = JSON.parse(answer.Payload?.transformToString() ?? 'null');
  return { said, failed: answer.FunctionError !== undefined };
};

let person: Person;
beforeAll(async () => {
  person = await newPerson('hungry');
});

const undone: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of undone.splice(0)) await undo();
});

describe('an order in the deployed kitchen', () => {
  it('goes through the machine to whoever receives it, who is told of each stage', async () => {
    const id = await order(person);
    await comesTo(id, 'WAITING_FOR_RECEIPT');
    expectStatus(200, await receive(person, id));
    expect(await terminalOf(id)).toBe('Received');
    expect(await stagesOf(person, id)).toEqual(HANDED_OVER);
    expect(await toldOf(person, id, TOLD.length)).toEqual(TOLD);
    expect(await enteredBy(id)).toEqual([
      'TakeUpOrder',
      'HowItStands',
      'PrepareIngredients',
      'StartBaking',
      'IsItInTheOven',
      'BakingPizza',
      'EvaluateQuality',
      'IsItGood',
      'WaitingForReceipt',
      'SettleOrder',
      'HowItEnded',
      'Received',
    ]);
    expect(await orders.find(id)).toMatchObject({ told: true });
    expectStatus(409, await receive(person, id));
  });

  it('takes the times of the original where these are set, and not less', async () => {
    const stages = ['DOUGH', 'WASHING', 'SLICING', 'BAKING'].map((stage) => [`PIZZA_${stage}_TIME`, 'PT10S']);
    const original = { ...Object.fromEntries(stages), PIZZA_RECEIPT_TIME: 'PT5M' };
    for (const name of ['move-order', 'evaluate-quality']) undone.push(await configure(name, original));
    const id = await order(person);
    const { timeline } = await comesTo(id, 'WAITING_FOR_RECEIPT');
    expectStatus(200, await receive(person, id));
    expect(await terminalOf(id)).toBe('Received');
    const since = (n: number) => Date.parse(timeline[n]?.at ?? '') - Date.parse(timeline[0]?.at ?? '');
    // Dough beside washing and slicing, then the oven.
    expect(since(1)).toBeGreaterThanOrEqual(20_000);
    expect(since(2) - since(1)).toBeGreaterThanOrEqual(10_000);
  }, 120_000);

  it('is not received, or was and nobody woke the machine: that ends at the end of the wait', async () => {
    const [left, unheard] = [await order(person), await order(person)];
    await comesTo(unheard, 'WAITING_FOR_RECEIPT');
    await orders.change(unheard, (current) => receiveOrder(current, person.id, new Date()));
    expect(await terminalOf(left)).toBe('NotReceived');
    expect(await terminalOf(unheard)).toBe('Received');
    expect(await stagesOf(person, left)).toEqual([...HANDED_OVER.slice(0, -1), '1 NOT_RECEIVED']);
    expectStatus(409, await receive(person, left));
    expect(await toldOf(person, left, 4)).toContain('1 NOT_RECEIVED');
  });

  it('is cancelled while its ingredients are prepared, and never baked', async () => {
    const id = await order(person);
    expectStatus(200, await cancel(person, id));
    expect(await terminalOf(id)).toBe('Cancelled');
    expect(await enteredBy(id)).not.toContain('BakingPizza');
    expect(await stagesOf(person, id)).toEqual(['1 PREPARING', '1 CANCELLED']);
    // It may have been cancelled before anybody was told that it is being made.
    expect(await toldOf(person, id, 1)).toContain('1 CANCELLED');
  });

  it('fails after three bad pizzas, with an apology', async () => {
    undone.push(await configure('evaluate-quality', { PIZZA_BAD_ONE_IN: '1' }));
    const id = await order(person);
    expect(await terminalOf(id)).toBe('Failed');
    const made = [1, 2, 3].flatMap((n) => [`${n} PREPARING`, `${n} BAKING`, `${n} EVALUATING`]);
    expect(await stagesOf(person, id)).toEqual([...made, '3 FAILED']);
    const told = [...made.filter((stage) => !stage.endsWith('EVALUATING')), '3 FAILED'];
    expect(await toldOf(person, id, told.length)).toEqual(told.sort());
  });

  it('goes on where it was when its execution is stopped, in the oven and while it waits', async () => {
    undone.push(await configure('move-order', { PIZZA_BAKING_TIME: 'PT5S' }));
    const id = await order(person);
    await comesTo(id, 'BAKING');
    await stopCooking(id);
    // Its execution is not asked after yet.
    expect(await sweepIn(0, id)).toMatchObject({ restarted: 0 });
    expect(await sweepIn(60_000, id)).toMatchObject({ restarted: 1 });
    await comesTo(id, 'WAITING_FOR_RECEIPT');
    await until('the wait', async () => (await enteredBy(id, 2)).includes('WaitingForReceipt') || undefined);
    await stopCooking(id, 2);
    expectStatus(200, await receive(person, id));
    expect(await sweepIn(60_000, id)).toMatchObject({ restarted: 1 });
    expect(await terminalOf(id, 3)).toBe('Received');
    expect((await enteredBy(id, 2)).slice(0, 3)).toEqual(['TakeUpOrder', 'HowItStands', 'BakingPizza']);
    expect(await enteredBy(id, 3)).toEqual(['TakeUpOrder', 'HowItStands', 'SettleOrder', 'HowItEnded', 'Received']);
    expect(await stagesOf(person, id)).toEqual(HANDED_OVER);
    expect(await toldOf(person, id, TOLD.length)).toEqual(TOLD);
  });

  it('is started by the sweep where its start was lost', async () => {
    const placed = await orders.place(newOrder(), undefined);
    expect((await call('sweep-pizza-orders', {})).failed).toBe(false);
    expect(await comesTo(placed.id, 'WAITING_FOR_RECEIPT')).toMatchObject({ run: 1 });
    expectStatus(200, await receive(person, placed.id));
    expect(await terminalOf(placed.id)).toBe('Received');
  });

  it('is failed by the sweep when its executions are used up, and its place is given back', async () => {
    const before = await orders.inKitchen();
    const order = newOrder();
    const { id } = order;
    await cooking.start(cookingExecution(id, MOST_RUNS).name, { orderId: 'none', run: MOST_RUNS });
    expect(await terminalOf(id, MOST_RUNS)).toBe('CookingInterrupted');
    // From here on the stack's own sweep may be the one that fails it. A pass that has died had told the customer already.
    await tellCustomer(failOrder(takeOver(order, MOST_RUNS, ago(90)), new Date()), stored, new Date());
    await orders.place(takeOver(order, MOST_RUNS, ago(90)), undefined);
    expect((await call('sweep-pizza-orders', {})).failed).toBe(false);
    expect(await comesTo(id, 'FAILED')).toMatchObject({ reason: 'KITCHEN_FAILURE', told: true });
    expect(await orders.inKitchen()).toBe(before);
    expect(await toldOf(person, id, 1)).toEqual(['1 FAILED']);
  });

  it('is moved, judged and told of once when functions are called again', async () => {
    // Dated ahead, so that no sweep looks after it.
    const placed = await orders.place(newOrder(new Date(Date.now() + 24 * 3600_000)), undefined);
    const mine = { orderId: placed.id, run: 1 };
    const twice = async (name: string, payload: object) => [await call(name, payload), await call(name, payload)];
    for (const [first, again] of [
      await twice('move-order', { ...mine, step: 'TAKE_UP' }),
      await twice('move-order', { ...mine, step: 'BAKE', attempt: 1 }),
      await twice('evaluate-quality', { ...mine, attempt: 1 }),
    ]) {
      expect(first?.failed).toBe(false);
      expect(again).toEqual(first);
    }
    expect(await stagesOf(person, placed.id)).toEqual(HANDED_OVER.slice(0, -1));
    await orders.change(placed.id, (current) => receiveOrder(current, person.id, new Date()));
    expect((await call('await-receipt', { ...mine, token: 'too late' })).failed).toBe(true);
    expect((await call('move-order', { ...mine, step: 'SETTLE' })).said).toEqual({ status: 'RECEIVED' });
    expect(await toldOf(person, placed.id, TOLD.length)).toEqual(TOLD);
  });
});

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
const newOrder = (at = ago(90)): Order =>
  placeOrder({ address: 'Main Square 1' }, { id: randomUUID(), fingerprint: 'test' }, person.id, at);
const stored = notifier(notificationStore(tables(), tableName('notifications')), { start: async () => true });

it('leaves the kitchen with as many places in use as there are orders in it', async () => {
  const page = { limit: 100, after: undefined };
  const { items } = await orders.list({ statuses: ['PREPARING', 'BAKING', 'EVALUATING'], userId: undefined }, page);
  expect(items.every(isInKitchen)).toBe(true);
  expect(await orders.inKitchen()).toBe(items.length);
});
