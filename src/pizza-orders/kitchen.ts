import type * as z from 'zod';
import { milliseconds } from '../shared/duration.ts';
import type { Order } from './order.ts';
import { PizzaEnv } from './pizza-env.ts';

export const KitchenEnv = PizzaEnv.pick({
  PIZZA_DOUGH_TIME: true,
  PIZZA_WASHING_TIME: true,
  PIZZA_SLICING_TIME: true,
  PIZZA_BAKING_TIME: true,
  PIZZA_RECEIPT_TIME: true,
});

/** How long each stage takes; milliseconds. */
export interface KitchenTimes {
  readonly dough: number;
  readonly washing: number;
  readonly slicing: number;
  readonly baking: number;
  readonly receipt: number;
}

export const kitchenTimes = (env: z.output<typeof KitchenEnv>): KitchenTimes => ({
  dough: milliseconds(env.PIZZA_DOUGH_TIME),
  washing: milliseconds(env.PIZZA_WASHING_TIME),
  slicing: milliseconds(env.PIZZA_SLICING_TIME),
  baking: milliseconds(env.PIZZA_BAKING_TIME),
  receipt: milliseconds(env.PIZZA_RECEIPT_TIME),
});

/** Where an order stands for one of its executions, and until which instants (ISO 8601 UTC) that waits. */
export type Standing =
  | {
      readonly status: 'PREPARING';
      readonly attempt: number;
      readonly doughReadyAt: string;
      readonly washedAt: string;
      readonly slicedAt: string;
    }
  | { readonly status: 'BAKING'; readonly attempt: number; readonly bakedAt: string }
  | { readonly status: 'EVALUATING'; readonly attempt: number }
  | { readonly status: 'WAITING_FOR_RECEIPT'; readonly until: string }
  | { readonly status: 'RECEIVED' | 'NOT_RECEIVED' | 'FAILED' | 'CANCELLED' }
  /** A later execution has it. */
  | { readonly status: 'SUPERSEDED' };

/** Every instant follows from when the order came to its stage, so that it stays the same for an execution that takes over. */
export function standingOf(order: Order, run: number, times: KitchenTimes): Standing {
  if (order.run !== run) return { status: 'SUPERSEDED' };
  const { status, attempt } = order;
  const since = Date.parse(order.timeline.at(-1)?.at ?? order.created_at);
  const after = (length: number) => new Date(since + length).toISOString();
  switch (status) {
    case 'PREPARING':
      return {
        status,
        attempt,
        doughReadyAt: after(times.dough),
        washedAt: after(times.washing),
        slicedAt: after(times.washing + times.slicing),
      };
    case 'BAKING':
      return { status, attempt, bakedAt: after(times.baking) };
    case 'EVALUATING':
      return { status, attempt };
    case 'WAITING_FOR_RECEIPT':
      return { status, until: order.receive_until };
    default:
      return { status };
  }
}
