import type { SweepResult } from '../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../shared/workflow/sweep-open.ts';
import { digestExecution } from './window.ts';
import type { WindowStore } from './window-store.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly windows: Pick<WindowStore, 'open' | 'takeOver' | 'fail'>;
}

/** One pass over the windows that should have closed and are not told. */
export const sweepWindows = ({ windows, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      open: windows.open,
      takeOver: windows.takeOver,
      fail: windows.fail,
      execution: (window, run) => digestExecution(window, run, window.due),
    },
    deps,
  );
