import { leaveRun } from './run.ts';
import type { RunStore } from './run-store.ts';

interface Deps {
  readonly runs: Pick<RunStore, 'idsOfUser' | 'change' | 'delete'>;
  readonly now: () => Date;
}

/** Deletes the runs of a user, with every point. One that is open ends before, so that no upload gets in between. */
export const runForgetter = ({ runs, now }: Deps) => ({
  async forgetUser(userId: string): Promise<void> {
    for await (const id of runs.idsOfUser(userId)) {
      await runs.change(id, (run) => leaveRun(run, now()));
      await runs.delete(id);
    }
  },
});
