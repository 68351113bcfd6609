import { nothing, route } from '../../shared/http/route.ts';
import { OrderNotFound } from '../order.ts';
import { isStaff, type OrdersApi, orderPath } from '../orders-api.ts';
import { OrderDetail, viewDetail } from '../view.ts';

export default route<OrdersApi>()(
  {
    method: 'GET',
    path: '/api/v1/pizza-orders/{id}',
    tag: 'pizza orders',
    summary: 'Your order with its timeline; anybody’s for members of the group staff',
    params: orderPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The order', schema: OrderDetail } },
    errors: [OrderNotFound],
    clientsLookAt: 'message',
  },
  async ({ params: { id }, caller }, { orders }) => {
    const order = await orders.find(id);
    if (!order || (order.user_id !== caller.userId && !isStaff(caller))) throw new OrderNotFound();
    return { status: 200, body: viewDetail(order) };
  },
);
