import type { SweepResult } from '../../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../../shared/workflow/sweep-open.ts';
import { isOpen, settle, syncExecution, takeOver } from './errand.ts';
import type { StravaStore } from './strava-store.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly store: Pick<StravaStore, 'open' | 'changeErrand'>;
}

/** One pass over the errands at Strava that are not done. One whose executions are used up has failed. */
export const sweepErrands = ({ store, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      open: store.open,
      async takeOver({ id }, run, now) {
        const taken = await store.changeErrand(id, (errand) => takeOver(errand, run, now), now);
        return taken !== undefined && taken.run === run && isOpen(taken);
      },
      async fail({ id }, now) {
        await store.changeErrand(id, (errand) => settle(errand, 'FAILED'), now);
      },
      execution: ({ id }, run) => syncExecution(id, run),
    },
    deps,
  );
