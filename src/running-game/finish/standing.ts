import * as z from 'zod';
import { problem } from '../../shared/errors.ts';

export class NoStandings extends problem('no-standings', 404, 'The event has no standings, or none yet') {}

/** A run that counts, as it is placed. */
const Result = z.object({
  run_id: z.string(),
  /** Metres and seconds. */
  distance_m: z.int().min(0),
  duration_s: z.int().min(0),
  saved_at: z.iso.datetime(),
});
type Result = z.output<typeof Result>;

/** A place in an event. Whose it is, the run says, which goes when its runner leaves. */
export const Standing = Result.extend({
  /** From 1. */
  place: z.int().min(1),
  /** Coins. */
  prize: z.int().min(0),
});
export type Standing = z.output<typeof Standing>;

/** A run and its runner. */
export interface Performance extends Result {
  readonly user_id: string;
}

/** The farther run is ahead; of two as far the shorter one, then the one that was saved first, then the one with the lower id. */
function ahead(a: Result, b: Result): number {
  return (
    b.distance_m - a.distance_m ||
    a.duration_s - b.duration_s ||
    inOrder(a.saved_at, b.saved_at) ||
    inOrder(a.run_id, b.run_id)
  );
}

const inOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Places runners by the best run of each. `prizes` are those of the first places, in coins. */
export function rank(runs: Iterable<Performance>, prizes: readonly number[]): Standing[] {
  const best = new Map<string, Performance>();
  for (const run of runs) {
    const other = best.get(run.user_id);
    if (!other || ahead(run, other) < 0) best.set(run.user_id, run);
  }
  return [...best.values()]
    .sort(ahead)
    .map((run, n) => ({ ...Result.parse(run), place: n + 1, prize: prizes[n] ?? 0 }));
}
