import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { notifier } from '../../src/notifications/notifier.ts';
import { awaitReceipt, ReceiptOver } from '../../src/pizza-orders/await-receipt.ts';
import { evaluateQuality } from '../../src/pizza-orders/evaluate-quality.ts';
import type { KitchenTimes } from '../../src/pizza-orders/kitchen.ts';
import { moveOrder } from '../../src/pizza-orders/move-order.ts';
import { cancelOrder, type Order, OrderEnded, placeOrder } from '../../src/pizza-orders/order.ts';
import { type OrderStore, orderStore } from '../../src/pizza-orders/order-store.ts';
import { receive } from '../../src/pizza-orders/receive.ts';
import { startCooking } from '../../src/pizza-orders/start-cooking.ts';
import { sweepOrders } from '../../src/pizza-orders/sweep.ts';
import type { Executions } from '../../src/shared/workflow/executions.ts';
import { Died, immortal, type Life, mortal } from '../support/mortal.ts';
import { ownTable } from '../support/own-table.ts';
import { tableName, tables } from '../support/tables.ts';

const times: KitchenTimes = { dough: 10_000, washing: 10_000, slicing: 10_000, baking: 10_000, receipt: 300_000 };
// In a day, so that the stack's own sweeps keep away from what is told.
const start = Date.now() + 24 * 3600_000;
const at = (seconds: number) => new Date(start + seconds * 1000);

let table: Awaited<ReturnType<typeof ownTable>>;
let orders: OrderStore;
beforeAll(async () => {
  table = await ownTable('pizza-orders', 'PizzaOrdersTable');
  orders = orderStore(tables(), table.name);
});
afterAll(() => table.remove());

/** What the functions work with in one life, and what they have told. */
function world(life: Life, told: Set<string>) {
  const client = tables(life.step);
  const notifications = notificationStore(client, tableName('notifications'));
  const create: typeof notifications.create = async (notification, userIds) => {
    const created = await notifications.create(notification, userIds);
    told.add(notification.id);
    return created;
  };
  return {
    orders: orderStore(client, table.name),
    notifier: notifier({ create }, { start: () => life.step(async () => true) }),
    tokens: { answer: () => life.step(async () => true) },
    executions: { start: () => life.step(async () => true), status: async () => undefined } satisfies Executions,
    times,
  };
}
type World = ReturnType<typeof world>;

interface Case {
  readonly userId: string;
  readonly id: string;
}
const newCase = (): Case => ({ userId: randomUUID(), id: randomUUID() });

/** Everything of an order that is not refused because it has happened before. */
const unlessEnded = (error: unknown) => {
  if (!(error instanceof OrderEnded || error instanceof ReceiptOver)) throw error;
};

async function place({ orders: store, executions }: World, { id, userId }: Case) {
  const order = placeOrder({ address: 'Main Square 1' }, { id, fingerprint: 'f' }, userId, at(0));
  await startCooking(await store.place(order, 1), executions);
}

/** One attempt, from where the machine turns to it, judged. */
async function attempt(deps: World, orderId: string, n: number, isBad: boolean) {
  const mine = { orderId, run: 1 };
  const seconds = (n - 1) * 30;
  await moveOrder({ ...mine, step: 'BAKE', attempt: n }, deps, at(seconds + 20));
  return evaluateQuality({ ...mine, attempt: n }, { ...deps, isBad: () => isBad }, at(seconds + 30));
}

const takeUp = (deps: World, { id }: Case) => moveOrder({ orderId: id, run: 1, step: 'TAKE_UP' }, deps, at(1));
const settle = (deps: World, { id }: Case, seconds: number) =>
  moveOrder({ orderId: id, run: 1, step: 'SETTLE' }, deps, at(seconds));

interface Lived {
  readonly stages: readonly string[];
  /** What has gone well before. */
  prelude?(deps: World, about: Case): Promise<unknown>;
  /** What is done to the order then, and may be done again from there. */
  live(deps: World, about: Case): Promise<unknown>;
}

const lives: Record<string, Lived> = {
  RECEIVED: {
    stages: ['1-PREPARING', '1-BAKING', '2-PREPARING', '2-BAKING', '2-WAITING_FOR_RECEIPT', '2-RECEIVED'],
    async live(deps, about) {
      await place(deps, about);
      await takeUp(deps, about);
      await attempt(deps, about.id, 1, true);
      await attempt(deps, about.id, 2, false);
      await awaitReceipt({ orderId: about.id, run: 1, token: 'token' }, deps, at(62)).catch(unlessEnded);
      await receive(about.id, about.userId, deps, at(70)).catch(unlessEnded);
      return settle(deps, about, 71);
    },
  },
  NOT_RECEIVED: {
    stages: ['1-BAKING', '1-WAITING_FOR_RECEIPT', '1-NOT_RECEIVED'],
    async prelude(deps, about) {
      await place(deps, about);
      await attempt(deps, about.id, 1, false);
    },
    async live(deps, about) {
      await awaitReceipt({ orderId: about.id, run: 1, token: 'token' }, deps, at(31)).catch(unlessEnded);
      return settle(deps, about, 331);
    },
  },
  FAILED: {
    stages: ['1-BAKING', '2-PREPARING', '2-BAKING', '3-PREPARING', '3-BAKING', '3-FAILED'],
    async prelude(deps, about) {
      await place(deps, about);
      for (const n of [1, 2]) await attempt(deps, about.id, n, true);
    },
    async live(deps, about) {
      await attempt(deps, about.id, 3, true);
      return settle(deps, about, 100);
    },
  },
  CANCELLED: {
    stages: ['1-PREPARING', '1-CANCELLED'],
    async live(deps, about) {
      await place(deps, about);
      await takeUp(deps, about);
      await deps.orders.change(about.id, (order) => cancelOrder(order, about.userId, at(5))).catch(unlessEnded);
      await moveOrder({ orderId: about.id, run: 1, step: 'BAKE', attempt: 1 }, deps, at(20));
      return settle(deps, about, 20);
    },
  },
};

describe('whatever dies at any step', () => {
  it.each(Object.entries(lives))(
    'of an order that ends as %s: a repeat finishes it, its place is given back once, and every stage is told once',
    async (status, { prelude, live, stages }) => {
      const whole = immortal();
      const first = newCase();
      await prelude?.(world(immortal(), new Set()), first);
      expect(await live(world(whole, new Set()), first)).toEqual({ status });
      expect(await orders.inKitchen()).toBe(0);
      const plain = await orders.find(first.id);
      for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
        for (const takesEffect of [false, true]) {
          const about = newCase();
          const told = new Set<string>();
          await prelude?.(world(immortal(), told), about);
          const died = live(world(mortal(diesAt, takesEffect), told), about);
          // A start or a wake-up that fails is left to others, and the next step is the one to die in.
          await expect(died).rejects.toThrow(Died);
          const partly = await orders.find(about.id);
          expect(await orders.inKitchen()).toBe(partly && isCooking(partly) ? 1 : 0);
          expect(await live(world(immortal(), told), about)).toEqual({ status });
          expect(await orders.inKitchen()).toBe(0);
          expect([...told].map((id) => id.slice(`order-${about.id}-`.length)).sort()).toEqual([...stages].sort());
          expect(await orders.find(about.id)).toEqual({ ...plain, id: about.id, user_id: about.userId });
        }
      }
    },
    120_000,
  );

  it('of giving an order up: its place is given back, and the customer gets an apology', async () => {
    const giveUp = async (life: Life, told: Set<string>, { id }: Case) => {
      const { orders: store, notifier: tells } = world(life, told);
      await sweepOrders({
        orders: {
          ...store,
          async *open(shard) {
            const order = shard === 0 ? await orders.find(id) : undefined;
            if (order && !('told' in order && order.told)) yield { ...order, run: 9 };
          },
        },
        notifier: tells,
        executions: { start: async () => true, status: async () => 'ENDED' },
        now: () => at(900),
        report: () => undefined,
      });
    };
    const stuck = async () => {
      const about = newCase();
      const deps = world(immortal(), new Set());
      await place(deps, about);
      await moveOrder({ orderId: about.id, run: 1, step: 'BAKE', attempt: 1 }, deps, at(20));
      return about;
    };
    const whole = immortal();
    await giveUp(whole, new Set(), await stuck());
    expect(whole.steps()).toBeGreaterThan(4);
    for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
      for (const takesEffect of [false, true]) {
        const about = await stuck();
        const told = new Set<string>();
        // Of one that it could not deal with the sweep says so, and the next pass comes back to it.
        await giveUp(mortal(diesAt, takesEffect), told, about);
        await giveUp(immortal(), told, about);
        expect(await orders.find(about.id)).toMatchObject({ status: 'FAILED', reason: 'KITCHEN_FAILURE', told: true });
        expect(await orders.inKitchen()).toBe(0);
        expect([...told]).toEqual([`order-${about.id}-1-FAILED`]);
      }
    }
  }, 60_000);
});

const isCooking = ({ status }: Order) => ['PREPARING', 'BAKING', 'EVALUATING'].includes(status);

describe('an execution that was replaced and lives on', () => {
  it('moves nothing, tells nothing, and its token ends no wait', async () => {
    const about = newCase();
    const told = new Set<string>();
    const deps = world(immortal(), told);
    await place(deps, about);
    await sweepOrders({
      ...deps,
      orders: {
        ...deps.orders,
        async *open(shard) {
          const order = shard === 0 ? await orders.find(about.id) : undefined;
          if (order) yield order;
        },
      },
      executions: { start: async () => true, status: async () => 'ENDED' },
      now: () => at(60),
      report: () => undefined,
    });
    const first = { orderId: about.id, run: 1 };
    const second = { orderId: about.id, run: 2 };
    const superseded = { status: 'SUPERSEDED' };
    expect(await moveOrder({ ...first, step: 'TAKE_UP' }, deps, at(61))).toEqual(superseded);
    expect(await moveOrder({ ...first, step: 'BAKE', attempt: 1 }, deps, at(61))).toEqual(superseded);
    expect(await evaluateQuality({ ...first, attempt: 1 }, { ...deps, isBad: () => false }, at(61))).toEqual(
      superseded,
    );
    expect([...told]).toEqual([]);
    expect(await orders.find(about.id)).toMatchObject({ status: 'PREPARING', run: 2 });
    await moveOrder({ ...second, step: 'BAKE', attempt: 1 }, deps, at(62));
    await evaluateQuality({ ...second, attempt: 1 }, { ...deps, isBad: () => false }, at(72));
    await awaitReceipt({ ...second, token: 'of the second' }, deps, at(72));
    await expect(awaitReceipt({ ...first, token: 'of the first' }, deps, at(72))).rejects.toThrow(ReceiptOver);
    expect(await orders.tokenOf(about.id)).toBe('of the second');
    const Key = { pk: `order#${about.id}`, sk: 'token' };
    const { Item } = await tables().send(new GetCommand({ TableName: table.name, Key }));
    // It leaves by itself, a day later.
    expect(Item?.expires_at).toBe(Math.floor(at(72 + 24 * 3600).getTime() / 1000));
    expect(await moveOrder({ ...first, step: 'SETTLE' }, deps, at(9000))).toEqual(superseded);
    expect(await moveOrder({ ...second, step: 'SETTLE' }, deps, at(9000))).toEqual({ status: 'NOT_RECEIVED' });
  });

  it('does not put a pizza into the oven that belongs to the next attempt', async () => {
    const about = newCase();
    const deps = world(immortal(), new Set());
    await place(deps, about);
    await attempt(deps, about.id, 1, true);
    const late = await moveOrder({ orderId: about.id, run: 1, step: 'BAKE', attempt: 1 }, deps, at(40));
    expect(late).toMatchObject({ status: 'PREPARING', attempt: 2 });
    const judged = await evaluateQuality(
      { orderId: about.id, run: 1, attempt: 1 },
      { ...deps, isBad: () => false },
      at(40),
    );
    expect(judged).toMatchObject({ status: 'PREPARING', attempt: 2 });
    await deps.orders.change(about.id, (order) => cancelOrder(order, about.userId, at(41)));
  });
});

describe('the last moment of the wait', () => {
  it('has one end: received or not, and whoever was told of the receipt has it', async () => {
    for (let n = 0; n < 12; n++) {
      const about = newCase();
      const deps = world(immortal(), new Set());
      await place(deps, about);
      await attempt(deps, about.id, 1, false);
      const [received, settled] = await Promise.allSettled([
        receive(about.id, about.userId, deps, at(330)),
        settle(deps, about, 331),
        receive(about.id, about.userId, deps, at(330)),
      ]);
      const order = await orders.find(about.id);
      const end = order?.status;
      expect(['RECEIVED', 'NOT_RECEIVED']).toContain(end);
      expect(settled).toMatchObject({ value: { status: end } });
      if (received.status === 'fulfilled') expect(end).toBe('RECEIVED');
      else expect(received.reason).toBeInstanceOf(OrderEnded);
      expect(order?.timeline.filter(({ status }) => status === 'RECEIVED' || status === 'NOT_RECEIVED')).toHaveLength(
        1,
      );
    }
  }, 30_000);
});
