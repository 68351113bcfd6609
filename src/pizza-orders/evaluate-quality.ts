import { type Standing, standingOf } from './kitchen.ts';
import { type KitchenDeps, ofRun } from './move-order.ts';
import { hasEnded, judge, startEvaluating } from './order.ts';
import { tellCustomer } from './tell-customer.ts';

interface EvaluateDeps extends KitchenDeps {
  /** Whether the pizza at hand is bad. */
  readonly isBad: () => boolean;
}

interface Attempt {
  readonly orderId: string;
  readonly run: number;
  readonly attempt: number;
}

/** Takes the pizza of an attempt out of the oven and judges it, once: done again it answers what came of that. */
export async function evaluateQuality(
  { orderId, run, attempt }: Attempt,
  { orders, notifier, times, isBad }: EvaluateDeps,
  now: Date,
): Promise<Standing> {
  await orders.change(
    orderId,
    ofRun(run, (order) => startEvaluating(order, attempt, now)),
  );
  const good = !isBad();
  const order = await orders.change(
    orderId,
    ofRun(run, (before) => judge(before, { attempt, good }, times.receipt, now)),
  );
  // Of an end the customer is told when the order is settled.
  if (order.run === run && !hasEnded(order)) await tellCustomer(order, notifier, now);
  return standingOf(order, run, times);
}

/** One in so many is bad; 0: none. `random` is from 0 to 1, without 1. */
export const oneIn = (many: number, random: () => number) => (): boolean => many > 0 && random() * many < 1;
