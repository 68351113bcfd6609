import type { SweepResult } from '../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../shared/workflow/sweep-open.ts';
import { redriveExecution } from './redrive.ts';
import type { RedriveStore } from './redrive-store.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly redrives: Pick<RedriveStore, 'open' | 'takeOver' | 'fail'>;
}

/** One pass over the redrives that have not ended. */
export const sweepRedrives = ({ redrives, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      ...redrives,
      execution: ({ id }, run) => ({ name: redriveExecution(id, run), input: { redriveId: id, run } }),
    },
    deps,
  );
