import { describe, expect, it } from '@jest/globals';
import { lateOrders as source } from '../../src/operations/sources/late-orders.ts';
import type { KitchenTimes } from '../../src/pizza-orders/kitchen.ts';
import { lateOrders, longestOrder } from '../../src/pizza-orders/late-orders.ts';
import type { OpenOrder } from '../../src/pizza-orders/order-store.ts';
import { MINUTE } from '../../src/shared/time.ts';

const times: KitchenTimes = { dough: 10_000, washing: 10_000, slicing: 10_000, baking: 10_000, receipt: 5 * MINUTE };
const now = new Date('2026-12-01T18:00:00.000Z');
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
const longest = longestOrder(times);

/** A look at these orders, of one shard. */
async function look(all: readonly Omit<OpenOrder, 'run'>[]) {
  const looked: string[] = [];
  const orders = {
    async *open(shard: number, until: Date) {
      for (const order of shard === 0 ? all : []) {
        if (order.due > until.toISOString()) continue;
        looked.push(order.id);
        yield { ...order, run: 1 };
      }
    },
  };
  const link = (id: string) => `https://example.com/${id}`;
  return { looked, found: await source({ late: (at) => lateOrders(orders, times, at), link }).look(now) };
}

describe('a late order', () => {
  it('is under way for longer than three attempts, the wait to be received, and some minutes for what is tried again', () => {
    expect(longest).toBe(3 * 30_000 + 5 * MINUTE + 5 * MINUTE);
    expect(longestOrder({ ...times, dough: 60_000 })).toBe(3 * 70_000 + 10 * MINUTE);
  });

  it('is a finding, and one is not that can still come in time, or waits to be received', async () => {
    const baking = { status: 'BAKING' as const, due: ago(longest - 30_000) };
    const { found } = await look([
      { ...baking, id: 'late', created_at: ago(longest + 1) },
      { ...baking, id: 'slow', created_at: ago(longest - 1) },
      { id: 'ready', status: 'WAITING_FOR_RECEIPT', due: ago(-MINUTE), created_at: ago(longest + MINUTE) },
    ]);
    expect(found).toEqual([
      {
        source: 'late-orders',
        about: 'late',
        what: `A pizza order is late: it was placed at ${ago(longest + 1)} and is BAKING`,
        where: 'late',
        since: ago(longest + 1),
        count: 1,
        link: 'https://example.com/late',
      },
    ]);
  });

  it('is looked for up to a bound, and many are counted', async () => {
    const many = (created_at: string) =>
      Array.from({ length: 1000 }, (_, n) => ({ id: `${n}`, status: 'BAKING' as const, due: ago(1), created_at }));
    const late = await look(many(ago(longest + 1)));
    expect([late.found.length, late.found.at(-1)?.count, late.looked.length]).toEqual([21, 5, 25]);
    expect((await look(many(ago(1)))).looked).toHaveLength(500);
  });
});
