import { chunks } from '../shared/chunks.ts';
import { ARM_AHEAD, type Armable, arm } from './arm.ts';
import { type DueEntry, type DueIndex, type OpenEntry, SHARDS } from './due-index.ts';
import type { Executions } from './executions.ts';
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
}

/** How long before it is due an entry is looked at once more: until the next sweep, it can't be otherwise. Milliseconds. */
const RECHECK_AHEAD = 60 * 1000;
/** An occurrence that is under way for less than this is not asked after. Milliseconds. */
const GRACE = 30 * 1000;
const AT_ONCE = 25;

/**
 * One pass, every minute: starts the executions of what comes due in the next five minutes; makes sure that what is due before the
 * next pass, or overdue, has an execution that is alive; and restarts occurrences that were claimed and whose execution ended before
 * they were settled. Runs of it may overlap.
 */
export async function sweep(deps: SweepDeps): Promise<SweepResult> {
  const now = deps.now();
  const results = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => sweepShard(shard, now, deps)));
  return results.reduce((sum, each) => ({
    armed: sum.armed + each.armed,
    restarted: sum.restarted + each.restarted,
    given_up: sum.given_up + each.given_up,
  }));
}

async function sweepShard(shard: number, now: Date, deps: SweepDeps): Promise<SweepResult> {
  const horizon = new Date(now.getTime() + ARM_AHEAD);
  const soon = new Date(now.getTime() + RECHECK_AHEAD);
  const swept = await deps.index.sweptUntil(shard);
  const from = swept && swept > soon ? swept : soon;

  const nearly = await armAll(deps.index.due(shard, undefined, soon), deps);
  const coming = await armAll(deps.index.due(shard, from, horizon), deps);
  await deps.index.markSwept(shard, horizon);
  const stopped = await restartAll(deps.index.open(shard, new Date(now.getTime() - GRACE)), deps);

  return {
    armed: nearly.first + coming.first,
    restarted: nearly.again + coming.again + stopped.again,
    given_up: nearly.lost + coming.lost + stopped.lost,
  };
}

async function collect<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

type Counts = { first: number; again: number; lost: number };

async function inGroups<T>(entries: readonly T[], one: (entry: T) => Promise<number | undefined>): Promise<Counts> {
  const counts = { first: 0, again: 0, lost: 0 };
  for (const group of chunks(entries, AT_ONCE)) {
    for (const run of await Promise.all(group.map(one))) {
      if (run === undefined) counts.lost++;
      else if (run === 1) counts.first++;
      else counts.again++;
    }
  }
  return counts;
}

async function armAll(entries: AsyncIterable<DueEntry>, deps: SweepDeps): Promise<Counts> {
  return inGroups(await collect(entries), async ({ id, due, revision }) => {
    const occurrence: Armable = { reminderId: id, dueAt: due, revision };
    const run = await arm(occurrence, deps.executions);
    if (run === undefined) deps.report('not armed: every execution ended before it claimed', occurrence);
    return run;
  });
}

async function restartAll(entries: AsyncIterable<OpenEntry>, deps: SweepDeps): Promise<Counts> {
  const counts = { first: 0, again: 0, lost: 0 };
  for (const group of chunks(await collect(entries), AT_ONCE)) {
    for (const result of await Promise.all(group.map((entry) => restart(entry, deps)))) if (result) counts[result]++;
  }
  return counts;
}

async function restart(entry: OpenEntry, deps: SweepDeps): Promise<'again' | 'lost' | undefined> {
  if ((await deps.executions.status(entry.execution)) === 'RUNNING') return undefined;
  const { reminderId, dueAt, revision } = entry;
  const run = await arm({ reminderId, dueAt, revision }, deps.executions, entry.run + 1);
  if (run !== undefined) return 'again';
  deps.report('given up: every execution ended before all deliveries had an outcome', { reminderId, dueAt, revision });
  await failOccurrence(
    { reminderId, dueAt, revision, occurrenceId: entry.id, run: entry.run },
    'ExecutionsUsedUp',
    deps,
  );
  return 'lost';
}
