import type { Notifier } from '../../notifications/notifier.ts';
import type { SweepResult } from '../../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../../shared/workflow/sweep-open.ts';
import { settle } from './move-top-up.ts';
import { topUpExecution } from './start-top-up.ts';
import { failTopUp, isOpen, takeOver } from './top-up.ts';
import type { TopUpStore } from './top-up-store.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly topUps: Pick<TopUpStore, 'open' | 'change'>;
  readonly notifier: Notifier;
}

/** One pass over the top-ups that an execution still has to do with. One whose executions are used up fails; its transaction may be named again. */
export const sweepTopUps = ({ topUps, notifier, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      open: topUps.open,
      async takeOver({ id }, run, now) {
        const taken = await topUps.change(id, (topUp) => takeOver(topUp, run, now));
        return taken?.run === run && isOpen(taken);
      },
      async fail({ id, run }, now) {
        const failed = await topUps.change(id, (topUp) => (topUp.run === run ? failTopUp(topUp, now) : topUp));
        // Not where another transaction was named since it was listed: the next execution has it.
        if (failed?.run === run) await settle(failed, { topUps, notifier }, now);
      },
      execution: ({ id }, run) => topUpExecution(id, run),
    },
    deps,
  );
