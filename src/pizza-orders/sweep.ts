import type { Notifier } from '../notifications/notifier.ts';
import type { SweepResult } from '../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../shared/workflow/sweep-open.ts';
import { settle } from './move-order.ts';
import { failOrder, isOpen, takeOver } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { cookingExecution } from './start-cooking.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly orders: Pick<OrderStore, 'open' | 'change'>;
  readonly notifier: Notifier;
}

/** One pass over the orders that an execution still has to do with. One whose executions are used up fails, with an apology. */
export const sweepOrders = ({ orders, notifier, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      open: orders.open,
      async takeOver({ id }, run, now) {
        const taken = await orders.change(id, (order) => takeOver(order, run, now));
        return taken.run === run && isOpen(taken);
      },
      async fail({ id }, now) {
        await settle(await orders.change(id, (order) => failOrder(order, now)), { orders, notifier }, now);
      },
      execution: ({ id }, run) => cookingExecution(id, run),
    },
    deps,
  );
