import type { SweepResult } from '../../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../../shared/workflow/sweep-open.ts';
import { captureExecution } from '../runs/capture-execution.ts';
import { isToBeCaptured, settleCapture, takeOverCapture } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly runs: Pick<RunStore, 'open' | 'change'>;
}

/** One pass over the saved runs whose territory is not captured. One whose executions are used up captures no more than it has. */
export const sweepCaptures = ({ runs, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      open: runs.open,
      async takeOver({ id }, nth, now) {
        const run = await runs.change(id, (each) => takeOverCapture(each, nth, now));
        return isToBeCaptured(run) && run.run === nth;
      },
      async fail({ id }) {
        await runs.change(id, settleCapture);
      },
      execution: ({ id }, nth) => captureExecution(id, nth),
    },
    deps,
  );
