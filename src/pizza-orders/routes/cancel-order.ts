import { ChangedMeanwhile } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { cancelOrder, OrderEnded, OrderNotFound, TooLateToCancel } from '../order.ts';
import { type OrdersApi, orderPath } from '../orders-api.ts';
import { Done, viewOrder } from '../view.ts';

export default route<OrdersApi>()(
  {
    method: 'POST',
    path: '/api/v1/pizza-orders/{id}/cancel',
    tag: 'pizza orders',
    summary: 'Takes your order back while its pizza is not in the oven',
    params: orderPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'It is cancelled', schema: Done } },
    errors: [OrderNotFound, TooLateToCancel, OrderEnded, ChangedMeanwhile],
    clientsLookAt: 'message',
  },
  async ({ params: { id }, caller, now }, { orders }) => {
    // Its execution comes to see that by itself.
    const order = await orders.change(id, (current) => cancelOrder(current, caller.userId, now));
    return { status: 200, body: { message: 'Order is cancelled', order: viewOrder(order) } };
  },
);
