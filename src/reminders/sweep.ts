import { chunks } from '../shared/chunks.ts';
import { SHARDS } from '../shared/shard.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { ARM_AHEAD, type Armable, arm } from './arm.ts';
import type { DueEntry, DueIndex, OpenEntry } from './due-index.ts';
import type { ReminderStore } from './reminder-store.ts';
import { failOccurrence } from './settle-occurrence.ts';

export interface SweepDeps {
  readonly index: DueIndex;
  readonly reminders: Pick<ReminderStore, 'findOccurrence' | 'settle' | 'change'>;
  readonly executions: Executions;
  readonly now: () => Date;
  /** Tells the operators of what could not be mended. */
  readonly report: (finding: string, about: Armable) => void;
}

export interface SweepResult {
  readonly armed: number;
  readonly restarted: number;
  readonly given_up: number;
  /** Entries that this pass could not deal with, and the next one comes back to. */
  readonly failed: number;
}

/** How long before it is due an entry is looked at once more: until the next sweep, it can't be otherwise. Milliseconds. */
const RECHECK_AHEAD = 60 * 1000;
/** An occurrence that is under way for less than this is not asked after. Milliseconds. */
const GRACE = 30 * 1000;
/** Per shard: eight of them share what Step Functions allows an account (Step Functions quotas, throttling by action). */
const AT_ONCE = 10;

/**
 * One pass, every minute: starts the executions of what comes due in the next five minutes; makes sure that what is due before the
 * next pass, or overdue, has an execution that is alive; and restarts occurrences that were claimed and whose execution ended before
 * they were settled. Runs of it may overlap. An entry that fails is reported, counted, and keeps none of the others back.
 */
export async function sweep(deps: SweepDeps): Promise<SweepResult> {
  const now = deps.now();
  const shards = await Promise.allSettled(Array.from({ length: SHARDS }, (_, shard) => sweepShard(shard, now, deps)));
  const broken = shards.flatMap((shard) => (shard.status === 'rejected' ? [shard.reason] : []));
  if (broken.length > 0) throw new AggregateError(broken, `${broken.length} shards could not be swept`);
  return total(shards.flatMap((shard) => (shard.status === 'fulfilled' ? [shard.value] : [])));
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

const NOTHING: SweepResult = { armed: 0, restarted: 0, given_up: 0, failed: 0 };

const total = (results: readonly SweepResult[]): SweepResult =>
  results.reduce(
    (sum, each) => ({
      armed: sum.armed + each.armed,
      restarted: sum.restarted + each.restarted,
      given_up: sum.given_up + each.given_up,
      failed: sum.failed + each.failed,
    }),
    NOTHING,
  );

/** Deals with every entry, some at a time; `one` answers under which result it counts, undefined when there was nothing to do. */
async function inGroups<T>(
  entries: AsyncIterable<T>,
  one: (entry: T) => Promise<keyof SweepResult | undefined>,
): Promise<SweepResult> {
  const counts = { ...NOTHING };
  for (const group of chunks(await Array.fromAsync(entries), AT_ONCE)) {
    for (const result of await Promise.all(group.map(one))) if (result) counts[result]++;
  }
  return counts;
}

/** What goes wrong with one entry, a throttled call above all, is a result like the others. */
async function reported(
  occurrence: Armable,
  deps: SweepDeps,
  run: () => Promise<keyof SweepResult | undefined>,
): Promise<keyof SweepResult | undefined> {
  try {
    return await run();
  } catch (error) {
    deps.report(`failed: ${error instanceof Error ? error.name : 'unknown'}`, occurrence);
    return 'failed';
  }
}

function armAll(entries: AsyncIterable<DueEntry>, deps: SweepDeps): Promise<SweepResult> {
  return inGroups(entries, ({ id: reminderId, due: dueAt, revision }) => {
    const occurrence = { reminderId, dueAt, revision };
    return reported(occurrence, deps, async () => {
      const run = await arm(occurrence, deps.executions);
      if (run !== undefined) return run === 1 ? 'armed' : 'restarted';
      deps.report('not armed: every execution ended before it claimed', occurrence);
      return 'given_up';
    });
  });
}

function restartAll(entries: AsyncIterable<OpenEntry>, deps: SweepDeps): Promise<SweepResult> {
  return inGroups(entries, ({ id: occurrenceId, reminderId, dueAt, revision, execution, run }) => {
    const occurrence = { reminderId, dueAt, revision };
    return reported(occurrence, deps, async () => {
      if ((await deps.executions.status(execution)) === 'RUNNING') return undefined;
      if ((await arm(occurrence, deps.executions, run + 1)) !== undefined) return 'restarted';
      deps.report('given up: every execution ended before all deliveries had an outcome', occurrence);
      await failOccurrence({ ...occurrence, occurrenceId, run }, 'ExecutionsUsedUp', deps);
      return 'given_up';
    });
  });
}
