import type { ChannelList } from '../channels/channel.ts';
import type { Notifier } from '../notifications/notifier.ts';
import type { Order, OrderStatus } from './order.ts';

/** Who says it. */
const SENDER = 'pizza-orders';

/** By mail, too, where the customer has to do something, or waits for nothing. */
const MAILED: ReadonlySet<OrderStatus> = new Set(['WAITING_FOR_RECEIPT', 'FAILED']);
const WITHOUT_MAIL: ChannelList = ['push', 'inbox'];

/** Tells the customer to which stage the order has come; of every attempt and stage once, however often it is called. */
export async function tellCustomer(order: Order, notifier: Notifier, now: Date): Promise<void> {
  const { id, user_id, status, attempt } = order;
  // Quality is the kitchen's business, and whoever has left is told nothing.
  if (user_id === undefined || status === 'EVALUATING') return;
  await notifier.notify(
    {
      id: `order-${id}-${attempt}-${status}`,
      senderId: SENDER,
      key: 'pizza_order',
      channels: MAILED.has(status) ? undefined : WITHOUT_MAIL,
      userIds: [user_id],
      targetId: id,
      data: {
        order_id: id,
        status,
        ...(attempt > 1 ? { again: String(attempt) } : {}),
        ...(status === 'WAITING_FOR_RECEIPT' ? { receive_until: order.receive_until } : {}),
      },
    },
    now,
  );
}
