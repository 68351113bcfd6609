import { isAskedAfter } from '../shared/workflow/asked-after.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { GRACE, inGroups, inShards, type SweepResult, total } from '../shared/workflow/sweep.ts';
import { ARM_AHEAD, type Armable, arm } from './arm.ts';
import type { DueEntry, DueIndex, OpenEntry } from './due-index.ts';
import type { ReminderStore } from './reminder-store.ts';
import { failOccurrence } from './settle-occurrence.ts';

export interface SweepDeps {
  readonly index: DueIndex;
  readonly reminders: Pick<ReminderStore, 'findOccurrence' | 'replace' | 'change'>;
  readonly executions: Executions;
  readonly now: () => Date;
  /** Tells the operators of what could not be mended. */
  readonly report: (finding: string, about: Armable) => void;
}

/** How long before it is due an entry is looked at once more: until the next sweep, it can't be otherwise. Milliseconds. */
const RECHECK_AHEAD = 60 * 1000;

/**
 * One pass, every minute: starts the executions of what comes due in the next five minutes; makes sure that what is due before the
 * next pass, or overdue, has an execution that is alive; and restarts occurrences that were claimed and whose execution ended before
 * they were settled, asking less often after old ones. Runs of it may overlap. An entry that fails is reported, counted, and keeps none
 * of the others back.
 */
export function sweep(deps: SweepDeps): Promise<SweepResult> {
  const now = deps.now();
  return inShards((shard) => sweepShard(shard, now, deps));
}

async function sweepShard(shard: number, now: Date, deps: SweepDeps): Promise<SweepResult> {
  const horizon = new Date(now.getTime() + ARM_AHEAD);
  const soon = new Date(now.getTime() + RECHECK_AHEAD);
  const swept = await deps.index.sweptUntil(shard);
  const from = swept && swept > soon ? swept : soon;

  const nearly = await armAll(deps.index.due(shard, undefined, soon), deps);
  const coming = await armAll(deps.index.due(shard, from, horizon), deps);
  // What failed is asked for again.
  if (coming.failed === 0) await deps.index.markSwept(shard, horizon);
  const stopped = await restartAll(deps.index.open(shard, new Date(now.getTime() - GRACE)), deps);
  return total([nearly, coming, stopped]);
}

const aboutDue = ({ id: reminderId, due: dueAt, revision }: DueEntry): Armable => ({ reminderId, dueAt, revision });
const aboutOpen = ({ reminderId, dueAt, revision }: OpenEntry): Armable => ({ reminderId, dueAt, revision });

function armAll(entries: AsyncIterable<DueEntry>, { executions, report }: SweepDeps): Promise<SweepResult> {
  return inGroups(
    entries,
    async (entry) => {
      const run = await arm(aboutDue(entry), executions);
      if (run !== undefined) return run === 1 ? 'armed' : 'restarted';
      report('not armed: every execution ended before it claimed', aboutDue(entry));
      return 'given_up';
    },
    (finding, entry) => report(finding, aboutDue(entry)),
  );
}

function restartAll(entries: AsyncIterable<OpenEntry>, deps: SweepDeps): Promise<SweepResult> {
  return inGroups(
    entries,
    async (entry) => {
      if (!isAskedAfter(entry, deps.now())) return undefined;
      const { id: occurrenceId, execution, run } = entry;
      const occurrence = aboutOpen(entry);
      if ((await deps.executions.status(execution)) === 'RUNNING') return undefined;
      if ((await arm(occurrence, deps.executions, run + 1)) !== undefined) return 'restarted';
      deps.report('given up: every execution ended before all deliveries had an outcome', occurrence);
      await failOccurrence({ ...occurrence, occurrenceId, run }, 'ExecutionsUsedUp', deps);
      return 'given_up';
    },
    (finding, entry) => deps.report(finding, aboutOpen(entry)),
  );
}
