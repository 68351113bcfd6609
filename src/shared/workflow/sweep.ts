import { chunks } from '../chunks.ts';
import { errorName } from '../errors.ts';
import { logger } from '../logger.ts';
import { SHARDS } from '../shard.ts';

/** What became of the entries that one pass of a sweep looked at. */
export interface SweepResult {
  /** Got their first execution. */
  readonly armed: number;
  /** Got another execution, as the one before had ended without result. */
  readonly restarted: number;
  /** Have used up their executions. */
  readonly given_up: number;
  /** Entries that this pass could not deal with, and the next one comes back to. */
  readonly failed: number;
}

/** Under which result an entry counts; undefined when there was nothing to do. */
export type Mended = keyof SweepResult | undefined;

/** What is under way for less than this is not asked after. Milliseconds. */
export const GRACE = 30 * 1000;
/** Per shard: eight of them share what Step Functions allows an account (Step Functions quotas, throttling by action). */
const AT_ONCE = 10;

const NOTHING: SweepResult = { armed: 0, restarted: 0, given_up: 0, failed: 0 };

export const total = (results: readonly SweepResult[]): SweepResult =>
  results.reduce(
    (sum, each) => ({
      armed: sum.armed + each.armed,
      restarted: sum.restarted + each.restarted,
      given_up: sum.given_up + each.given_up,
      failed: sum.failed + each.failed,
    }),
    NOTHING,
  );

/** Sweeps every shard; one that can't be read keeps none of the others back. Throws when there was such a one. */
export async function inShards(one: (shard: number) => Promise<SweepResult>): Promise<SweepResult> {
  const shards = await Promise.allSettled(Array.from({ length: SHARDS }, (_, shard) => one(shard)));
  const broken = shards.flatMap((shard) => (shard.status === 'rejected' ? [shard.reason] : []));
  if (broken.length > 0) throw new AggregateError(broken, `${broken.length} shards could not be swept`);
  return total(shards.flatMap((shard) => (shard.status === 'fulfilled' ? [shard.value] : [])));
}

/**
 * Deals with every entry, some at a time. What goes wrong with one, a throttled call above all, is reported, counted, and keeps none
 * of the others back.
 */
export async function inGroups<T>(
  entries: AsyncIterable<T>,
  one: (entry: T) => Promise<Mended>,
  report: (finding: string, about: T) => void,
): Promise<SweepResult> {
  const counts = { ...NOTHING };
  const mend = async (entry: T): Promise<Mended> => {
    try {
      return await one(entry);
    } catch (error) {
      report(`failed: ${errorName(error)}`, entry);
      return 'failed';
    }
  };
  for (const group of chunks(await Array.fromAsync(entries), AT_ONCE)) {
    for (const result of await Promise.all(group.map(mend))) if (result) counts[result]++;
  }
  return counts;
}

/** The handler of a sweep that a schedule calls every minute. */
export function sweepTask(
  sweep: (report: (finding: string, about: object) => void) => Promise<SweepResult>,
): () => Promise<SweepResult> {
  return async () => {
    const result = await sweep((finding, about) => logger.error(finding, { ...about }));
    logger.info('swept', { ...result });
    // The next pass comes back to them; until then the operators are told.
    if (result.failed > 0) throw new Error(`${result.failed} entries could not be dealt with`);
    return result;
  };
}
