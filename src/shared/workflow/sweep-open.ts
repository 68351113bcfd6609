import type { OpenEntry } from '../dynamodb/open-index.ts';
import { isAskedAfter } from './asked-after.ts';
import { type Executions, MOST_RUNS } from './executions.ts';
import { GRACE, inGroups, inShards, type Mended, type SweepResult } from './sweep.ts';

/** What a domain has open. */
interface OpenEntries<T extends OpenEntry> {
  /** Those of one shard that were due up to `until`, earliest first. */
  open(shard: number, until: Date): AsyncIterable<T>;
  /** Hands one to its `run`-th execution. False when it is settled, or a later one has it. */
  takeOver(entry: T, run: number, now: Date): Promise<boolean>;
  /** Gives one up. */
  fail(entry: T, now: Date): Promise<void>;
  execution(entry: T, run: number): { readonly name: string; readonly input: object };
}

export interface SweepOpenDeps {
  readonly executions: Executions;
  readonly now: () => Date;
  /** Tells the operators of what could not be mended. */
  readonly report: (finding: string, about: object) => void;
}

/**
 * One pass, every minute, over what is not settled: starts an execution whose start was lost, and the next one where one ended too
 * early. Runs of it may overlap.
 */
export function sweepOpen<T extends OpenEntry>(entries: OpenEntries<T>, deps: SweepOpenDeps): Promise<SweepResult> {
  const now = deps.now();
  const until = new Date(now.getTime() - GRACE);
  return inShards((shard) =>
    inGroups(entries.open(shard, until), (entry) => mend(entry, entries, now, deps), deps.report),
  );
}

async function mend<T extends OpenEntry>(
  entry: T,
  entries: OpenEntries<T>,
  now: Date,
  { executions, report }: SweepOpenDeps,
): Promise<Mended> {
  if (!isAskedAfter(entry, now)) return undefined;
  const { run } = entry;
  const start = (nth: number) => {
    const { name, input } = entries.execution(entry, nth);
    return executions.start(name, input);
  };

  const status = await executions.status(entries.execution(entry, run).name);
  if (status === 'RUNNING') return undefined;
  if (status === undefined) return (await start(run)) ? (run === 1 ? 'armed' : 'restarted') : undefined;
  if (run >= MOST_RUNS) {
    report('given up: every execution ended before it was settled', entry);
    await entries.fail(entry, now);
    return 'given_up';
  }
  // Before the start: of two sweeps one goes on, and none where it has been settled meanwhile.
  if (!(await entries.takeOver(entry, run + 1, now))) return undefined;
  return (await start(run + 1)) ? 'restarted' : undefined;
}
