import type { Creation } from '../shared/http/creation.ts';
import { ensureStillHere } from '../users/still-here.ts';
import { ensureOpen } from './opening-hours.ts';
import { type Order, type OrderInput, placeOrder } from './order.ts';
import type { OrdersApi } from './orders-api.ts';
import { startCooking } from './start-cooking.ts';

type Deps = Pick<OrdersApi, 'users' | 'hours' | 'orders' | 'capacity' | 'executions'>;

interface Request {
  readonly creation: Creation;
  readonly userId: string;
  readonly input: OrderInput;
}

/**
 * Places an order, and has it made; the same request again answers the order that it has placed. Throws Forbidden to somebody who has left,
 * ShopClosed, KitchenFull, IdempotencyKeyReused and ChangedMeanwhile.
 */
export async function place(request: Request, deps: Deps, now: Date): Promise<Order> {
  const order = (await deps.orders.repeated(request.creation)) ?? (await placeAnew(request, deps, now));
  await startCooking(order, deps.executions);
  return order;
}

async function placeAnew({ creation, userId, input }: Request, deps: Deps, now: Date): Promise<Order> {
  await ensureStillHere(deps.users, userId);
  ensureOpen(deps.hours, now);
  return deps.orders.place(placeOrder(input, creation, userId, now), deps.capacity);
}
