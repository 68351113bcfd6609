import { ChangedMeanwhile, Forbidden, IdempotencyKeyReused } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ShopClosed } from '../opening-hours.ts';
import { KitchenFull, OrderInput } from '../order.ts';
import type { OrdersApi } from '../orders-api.ts';
import { place } from '../place.ts';
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
  async ({ body: input, caller, creation, now }, deps) => {
    const order = await place({ creation, userId: caller.userId, input }, deps, now);
    const location = `/api/v1/pizza-orders/${order.id}`;
    return { status: 201, body: { message: 'Order is created', order: viewOrder(order) }, headers: { location } };
  },
);
