import { SHARDS } from '../shared/shard.ts';
import type { DueEntry, DueIndex } from './due-index.ts';

/** A reminder is claimed within a minute after it is due; later than that it is late. Milliseconds. */
export const CLAIMED_WITHIN = 60 * 1000;
/** Of each shard, the longest overdue ones: more tell nobody more. */
const MOST_OF_A_SHARD = 25;

/** Reminders that are due for more than a minute and that nobody has claimed: they have no execution, or it does not get there. */
export async function overdue(index: Pick<DueIndex, 'due'>, now: Date): Promise<DueEntry[]> {
  const until = new Date(now.getTime() - CLAIMED_WITHIN);
  const shards = Array.from({ length: SHARDS }, (_, shard) => firstOf(index.due(shard, undefined, until)));
  return (await Promise.all(shards)).flat();
}

async function firstOf<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of entries) if (found.push(entry) === MOST_OF_A_SHARD) break;
  return found;
}
