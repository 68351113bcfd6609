import { forgetCustomer } from './order.ts';
import type { OrderStore } from './order-store.ts';

interface Deps {
  readonly orders: Pick<OrderStore, 'idsOfUser' | 'change'>;
  readonly now: () => Date;
}

/** Takes a user out of their orders, of which the shop keeps what was made when. What is under way is cancelled. */
export const orderForgetter = ({ orders, now }: Deps) => ({
  async forgetUser(userId: string): Promise<void> {
    for await (const id of orders.idsOfUser(userId)) await orders.change(id, (order) => forgetCustomer(order, now()));
  },
});
