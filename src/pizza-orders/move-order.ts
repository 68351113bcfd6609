import type { Notifier } from '../notifications/notifier.ts';
import { type KitchenTimes, type Standing, standingOf } from './kitchen.ts';
import { endReceipt, endTold, hasEnded, type Order, startBaking } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { tellCustomer } from './tell-customer.ts';

export interface KitchenDeps {
  readonly orders: Pick<OrderStore, 'change'>;
  readonly notifier: Notifier;
  readonly times: KitchenTimes;
}

interface Mine {
  readonly orderId: string;
  /** The execution that asks. */
  readonly run: number;
}

/** What the machine does with an order: takes it up, puts the pizza of an attempt into the oven, or brings it to its end. */
export type Step =
  | (Mine & { readonly step: 'TAKE_UP' | 'SETTLE' })
  | (Mine & { readonly step: 'BAKE'; readonly attempt: number });

/** Done again, and by an execution that another one has replaced, a step changes nothing. The customer is told of where the order is then. */
export async function moveOrder(input: Step, deps: KitchenDeps, now: Date): Promise<Standing> {
  const order = await deps.orders.change(
    input.orderId,
    ofRun(input.run, (before) => {
      if (input.step === 'BAKE') return startBaking(before, input.attempt, now);
      return input.step === 'SETTLE' ? endReceipt(before, now) : before;
    }),
  );
  if (order.run === input.run) {
    if (!hasEnded(order)) await tellCustomer(order, deps.notifier, now);
    else if (input.step === 'SETTLE') await settle(order, deps, now);
  }
  return standingOf(order, input.run, deps.times);
}

/** Tells the customer how it has ended, and leaves it to rest. */
export async function settle(order: Order, { orders, notifier }: Omit<KitchenDeps, 'times'>, now: Date): Promise<void> {
  await tellCustomer(order, notifier, now);
  await orders.change(order.id, endTold);
}

/** The verb for the execution that has the order, and no change for every other. */
export const ofRun =
  (run: number, verb: (order: Order) => Order) =>
  (order: Order): Order =>
    order.run === run ? verb(order) : order;
