import { orLeaveTo } from '../shared/leave-to.ts';
import type { TaskTokens } from '../shared/workflow/task-tokens.ts';
import { type Order, receiveOrder } from './order.ts';
import type { OrderStore } from './order-store.ts';

interface ReceiveDeps {
  readonly orders: Pick<OrderStore, 'change' | 'tokenOf'>;
  readonly tokens: TaskTokens;
}

/**
 * The customer has received an order. That is decided in the table; the execution that waits is only woken, and if not, its wait is over
 * in time. Throws OrderNotFound, OrderEnded, ChangedMeanwhile.
 */
export async function receive(id: string, userId: string, { orders, tokens }: ReceiveDeps, now: Date): Promise<Order> {
  const received = await orders.change(id, (order) => receiveOrder(order, userId, now));
  await orLeaveTo('the end of its wait', { orderId: id }, async () => {
    const token = await orders.tokenOf(id);
    if (token !== undefined) await tokens.answer(token, {});
  });
  return received;
}
