import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ORDER_STATUSES, type OrderStatus } from '../order.ts';
import { isStaff, type OrdersApi } from '../orders-api.ts';
import { OrderView, viewOrder } from '../view.ts';

/** What PizzaBoom's clients call everything that has no end. */
const IN_PROCESS = 'IN_PROCESS';
const UNDER_WAY: readonly OrderStatus[] = ['PREPARING', 'BAKING', 'EVALUATING', 'WAITING_FOR_RECEIPT'];

const words = [...ORDER_STATUSES, IN_PROCESS] as const;
const Status = z
  .string()
  .toUpperCase()
  .pipe(z.enum(words, `must be one of ${words.join(', ')}`))
  .default('RECEIVED')
  .describe(`One of ${words.join(', ')}, which is all that have no end; in capital or small letters`);

const PATH = '/api/v1/pizza-orders';

/** The form of this answer, an array, is PizzaBoom's, whose clients rely on it. */
export default route<OrdersApi>()(
  {
    method: 'GET',
    path: PATH,
    tag: 'pizza orders',
    summary: 'List your orders in a status, everybody’s for members of the group staff, the newest first',
    params: nothing,
    query: pageQuery.extend({ status: Status }),
    body: nothing,
    replies: {
      200: {
        description:
          'A page of orders; the header Link leads to the next one (rel="next", RFC 8288) and is absent on the last one',
        schema: z.array(OrderView),
      },
    },
    errors: [],
    clientsLookAt: 'message',
  },
  async ({ query: { status, limit, cursor }, caller }, { orders, cursors }) => {
    const userId = isStaff(caller) ? undefined : caller.userId;
    const scope = `${status} pizza orders of ${userId ?? 'everybody'}`;
    const statuses = status === IN_PROCESS ? UNDER_WAY : [status];
    const { items, next } = await orders.list({ statuses, userId }, { limit, after: cursors.open(scope, cursor) });
    const more = cursors.seal(scope, next);
    const query = more && new URLSearchParams({ status, limit: String(limit), cursor: more });
    return {
      status: 200,
      body: items.map(viewOrder),
      headers: query ? { link: `<${PATH}?${query}>; rel="next"` } : {},
    };
  },
);
