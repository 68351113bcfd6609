import { MINUTE } from '../../shared/time.ts';
import type { SweepResult } from '../../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../../shared/workflow/sweep-open.ts';
import { isOpen, takeOver } from '../events/game-event.ts';
import type { GameEventStore } from '../events/game-event-store.ts';
import { finishExecution } from './finish-execution.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly events: Pick<GameEventStore, 'open' | 'change'>;
}

/** Before the next execution is started after so many that have failed: twice as long each time. Milliseconds. */
const pauseBefore = (run: number) => (run === 1 ? 0 : MINUTE * 2 ** (run - 1));

/**
 * One pass over the events whose finish has come and over cancelled ones, until everything is done with them. One that has used up its
 * executions, over some hours, stays as it is, and is reported for as long.
 */
export const sweepEvents = ({ events, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      async *open(shard, until) {
        for await (const entry of events.open(shard, until))
          if (Date.parse(entry.due) + pauseBefore(entry.run) <= until.getTime()) yield entry;
      },
      async takeOver({ id }, run, now) {
        const taken = await events.change(id, (event) => takeOver(event, run, now));
        return taken.run === run && isOpen(taken);
      },
      fail: async () => undefined,
      execution: ({ id }, run) => finishExecution(id, run),
    },
    deps,
  );
