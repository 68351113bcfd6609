import { randomUUID } from 'node:crypto';
import { judge, type Order, placeOrder, startBaking, startEvaluating } from '../../src/pizza-orders/order.ts';
import { orderStore } from '../../src/pizza-orders/order-store.ts';
import { tableName, tables } from './tables.ts';
import { until } from './until.ts';

export const orders = orderStore(tables(), tableName('pizza-orders'));

const HOUR = 3600 * 1000;
const AHEAD = 24 * HOUR;

/** An order that no execution has, dated a day ahead, so that no sweep looks after it while a test goes on. */
export async function orderedAhead(userId: string, input = { address: 'Mokotowska 1' }): Promise<string> {
  const creation = { id: randomUUID(), fingerprint: 'test' };
  await orders.place(placeOrder(input, creation, userId, new Date(Date.now() + AHEAD)), undefined);
  return creation.id;
}

/** One of these that waits to be received. */
export async function readyAhead(userId: string): Promise<string> {
  const id = await orderedAhead(userId);
  const at = new Date(Date.now() + AHEAD);
  const steps: ((order: Order) => Order)[] = [
    (order) => startBaking(order, 1, at),
    (order) => startEvaluating(order, 1, at),
    (order) => judge(order, { attempt: 1, good: true }, HOUR, at),
  ];
  for (const step of steps) await orders.change(id, step);
  return id;
}

/**
 * How many places of the kitchen are in use when nothing cooks: none of orders that are on their way out, only those of orders that are
 * dated ahead.
 */
export const restingKitchen = (): Promise<number> =>
  until('nothing to cook', async () => {
    const now = new Date().toISOString();
    const page = { limit: 100, after: undefined };
    const { items } = await orders.list({ statuses: ['PREPARING', 'BAKING', 'EVALUATING'], userId: undefined }, page);
    return items.every(({ created_at }) => created_at > now) ? orders.inKitchen() : undefined;
  });
