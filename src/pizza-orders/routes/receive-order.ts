import { ChangedMeanwhile } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { OrderEnded, OrderNotFound } from '../order.ts';
import { type OrdersApi, orderPath } from '../orders-api.ts';
import { receive } from '../receive.ts';
import { Done, viewOrder } from '../view.ts';

export default route<OrdersApi>()(
  {
    method: 'POST',
    path: '/api/v1/pizza-orders/{id}/receive',
    tag: 'pizza orders',
    summary: 'Tells that your order has arrived',
    params: orderPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'It is received', schema: Done } },
    errors: [OrderNotFound, OrderEnded, ChangedMeanwhile],
    clientsLookAt: 'message',
  },
  async ({ params: { id }, caller, now }, deps) => {
    const order = await receive(id, caller.userId, deps, now);
    return { status: 200, body: { message: 'Order is received', order: viewOrder(order) } };
  },
);
