import { ChangedMeanwhile, Forbidden, IdempotencyKeyReused } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ensureOpen, ShopClosed } from '../opening-hours.ts';
import { KitchenFull, OrderInput, placeOrder } from '../order.ts';
import type { OrdersApi } from '../orders-api.ts';
import { startCooking } from '../start-cooking.ts';
import { Done, viewOrder } from '../view.ts';

export default route<OrdersApi>()(
  {
    method: 'POST',
    path: '/api/v1/pizza-orders',
    tag: 'pizza orders',
    summary: 'Orders a pizza',
    params: nothing,
    query: nothing,
    body: OrderInput,
    replies: { 201: { description: 'It is being prepared; Location leads to it', schema: Done } },
    errors: [Forbidden, ShopClosed, KitchenFull, ChangedMeanwhile, IdempotencyKeyReused],
    clientsLookAt: 'message',
  },
  async ({ body, caller, creation, now }, deps) => {
    const place = async () => {
      // A token outlives its account by up to an hour.
      if (!(await deps.users.find(caller.userId))) throw new Forbidden();
      ensureOpen(deps.hours, now);
      return deps.orders.place(placeOrder(body, creation, caller.userId, now), deps.capacity);
    };
    const order = (await deps.orders.repeated(creation)) ?? (await place());
    await startCooking(order, deps.executions);
    const location = `/api/v1/pizza-orders/${order.id}`;
    return { status: 201, body: { message: 'Order is created', order: viewOrder(order) }, headers: { location } };
  },
);
