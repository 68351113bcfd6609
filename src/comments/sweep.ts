import type { SweepResult } from '../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../shared/workflow/sweep-open.ts';
import type { CommentStore } from './comment-store.ts';
import { digestExecution } from './window.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly comments: Pick<CommentStore, 'open' | 'takeOver' | 'fail'>;
}

/** One pass over the windows that should have closed and are not told. */
export const sweepWindows = ({ comments, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      open: comments.open,
      takeOver: comments.takeOver,
      fail: comments.fail,
      execution: (window, run) => digestExecution(window, run, window.due),
    },
    deps,
  );
