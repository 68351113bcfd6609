import type { OrderStore } from './order-store.ts';

/** There is nothing to wait for any more; the machine has a way for it. */
export class ReceiptOver extends Error {
  override readonly name = 'ReceiptOver';
}

interface Wait {
  readonly orderId: string;
  readonly run: number;
  readonly token: string;
}

/**
 * Keeps the token of the Task that waits for the receipt. Throws ReceiptOver when it is there already: whoever receives an order looks for
 * a token after that, so that it is found here or there.
 */
export async function awaitReceipt(
  { orderId, run, token }: Wait,
  { orders }: { orders: Pick<OrderStore, 'find' | 'saveToken'> },
  now: Date,
): Promise<void> {
  await orders.saveToken(orderId, run, token, now);
  const order = await orders.find(orderId);
  if (order?.status !== 'WAITING_FOR_RECEIPT' || order.run !== run) throw new ReceiptOver();
}
