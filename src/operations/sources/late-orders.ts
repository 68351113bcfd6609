import type { OpenOrder } from '../../pizza-orders/order-store.ts';
import { bounded, type Source } from '../finding.ts';

interface Deps {
  /** Orders that are under way for longer than they can have to be. */
  late(now: Date): Promise<OpenOrder[]>;
  link(orderId: string): string;
}

export const lateOrders = (deps: Deps): Source => ({
  name: 'late-orders',
  async look(now) {
    return bounded(
      (await deps.late(now)).map(({ id, status, created_at: since }) => ({
        source: 'late-orders',
        about: id,
        what: `A pizza order is late: it was placed at ${since} and is ${status}`,
        where: id,
        since,
        count: 1,
        link: deps.link(id),
      })),
    );
  },
});
