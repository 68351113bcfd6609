import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isOpen, type Order } from '../../src/pizza-orders/order.ts';
import { configure } from '../support/accounts.ts';
import { insist } from '../support/insist.ts';
import { cancel, receive } from '../support/kitchen.ts';
import { orders } from '../support/orders.ts';
import { type Answer, expectStatus, newPerson, type Person } from './person.ts';

const CROWD = 200;
const [CUSTOMERS, AT_ONCE] = [5, 10];

let customers: Person[];
const undo: (() => Promise<void>)[] = [];
beforeAll(async () => {
  customers = await Promise.all(Array.from({ length: CUSTOMERS }, (_, n) => newPerson(`crowd-${n}`)));
  // What each is told is another test's, and so many messages would be this machine's work for minutes.
  const quiet = { categories: { orders: { enabled: false } } };
  for (const each of customers)
    expectStatus(200, await each.ask('PUT', '/api/v1/users/me/preferences', { body: quiet }));
  undo.push(await configure('evaluate-quality', { PIZZA_BAD_ONE_IN: '5' }));
  undo.push(await configure('pizza-orders-api', { PIZZA_CAPACITY: String(CROWD + (await orders.inKitchen())) }));
}, 60_000);
afterAll(async () => {
  for (const each of undo) await each();
});

const customerOf = (n: number): Person => {
  const customer = customers[n % CUSTOMERS];
  if (!customer) throw new Error('an order of nobody');
  return customer;
};

async function place(n: number): Promise<Answer> {
  const key = randomUUID();
  const headers = { 'idempotency-key': key };
  const body = { address: `Main Square ${n}` };
  return insist(() => customerOf(n).ask('POST', '/api/v1/pizza-orders', { body, headers }));
}

/** Some at the same time. */
async function each<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const left = [...all];
  const lane = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

it(`has ${CROWD} orders in the kitchen at once: each comes to an end, and every place is given back`, async () => {
  const before = await orders.inKitchen();
  // Long enough for all of them to be there before the first leaves.
  const soon = await configure('move-order', { PIZZA_DOUGH_TIME: 'PT2M' });
  undo.push(soon);
  const placed = new Map<string, number>();
  const add = async (n: number) => {
    const { headers } = expectStatus(201, await place(n));
    placed.set(headers.get('location')?.split('/').at(-1) ?? '', n);
  };
  await each([...Array(CROWD).keys()], add);
  expect(placed.size).toBe(CROWD);
  expect(await orders.inKitchen()).toBe(before + CROWD);

  const full = expectStatus(409, await place(CROWD));
  expect(full.body).toMatchObject({ type: expect.stringContaining('kitchen-full') });
  expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0);
  await each([...placed].slice(0, 20), ([id, n]) => insist(() => cancel(customerOf(n), id)));
  expect(await orders.inKitchen()).toBe(before + CROWD - 20);
  await each([...Array(20).keys()], add);
  expect(await orders.inKitchen()).toBe(before + CROWD);
  await soon();

  const ended: Order[] = [];
  for (const end = Date.now() + 400_000; placed.size > 0 && Date.now() < end; await sleep(1000)) {
    await each([...placed], async ([id, n]) => {
      const order = await orders.find(id);
      if (order?.status === 'WAITING_FOR_RECEIPT' && n % 10 > 0) await insist(() => receive(customerOf(n), id));
      if (!order || isOpen(order)) return;
      ended.push(order);
      placed.delete(id);
    });
  }
  expect([...placed.keys()]).toEqual([]);
  expect(await orders.inKitchen()).toBe(before);
  const counts = Object.groupBy(ended, ({ status }) => status);
  expect(counts.CANCELLED?.length).toBe(20);
  expect(counts.NOT_RECEIVED?.length).toBeGreaterThan(0);
  expect(counts.RECEIVED?.length).toBeGreaterThan(0);
}, 600_000);
