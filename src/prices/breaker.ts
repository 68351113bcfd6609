import * as z from 'zod';
import { HOUR, MINUTE } from '../shared/time.ts';
import { type FeedFailed, FeedFault } from './feed.ts';

const Instant = z.iso.datetime();

/** How it stands with asking the feed, for all functions that do. Instants are ISO 8601 UTC. */
export const Breaker = z.object({
  /** Of every change. */
  version: z.int(),
  /** In a row. */
  failures: z.int(),
  /** How often it was opened since the feed last answered. */
  openings: z.int(),
  /** When the first of the failures was, and what the last one was; absent while there are none. */
  since: Instant.optional(),
  fault: FeedFault.optional(),
  /** Until then nothing is asked; then one try is made. */
  open_until: Instant.optional(),
  /** Somebody makes that try, and has until then. */
  trial_until: Instant.optional(),
});
export type Breaker = z.output<typeof Breaker>;

export const CLOSED: Breaker = { version: 0, failures: 0, openings: 0 };

/** So many failures in a row open it. */
export const MOST_FAILURES = 3;
const FIRST_STEP = MINUTE;
const LONGEST_STEP = 10 * MINUTE;
/** However long the feed asks not to be asked. */
const LONGEST_WISH = HOUR;
/** A try whose function died is made again after this. */
const TRIAL = 2 * MINUTE;

/** Whether the feed may be asked: by all, by the one who takes the try, or by nobody. */
export function mayAsk({ open_until, trial_until }: Breaker, now: Date): 'ALL' | 'ONE' | 'NOBODY' {
  if (open_until === undefined) return 'ALL';
  return isAhead(open_until, now) || isAhead(trial_until, now) ? 'NOBODY' : 'ONE';
}

const instant = (milliseconds: number) => new Date(milliseconds).toISOString();

const isAhead = (at: string | undefined, now: Date): at is string => at !== undefined && at > now.toISOString();

export const trying = (breaker: Breaker, now: Date): Breaker => ({
  ...breaker,
  version: breaker.version + 1,
  trial_until: instant(now.getTime() + TRIAL),
});

/** The feed answered. */
export const afterAnswer = ({ version }: Breaker): Breaker => ({ ...CLOSED, version: version + 1 });

/** The feed did not. `chance`, from 0 to 1, spreads installations that were refused together. */
export function afterFailure(
  { trial_until: _, ...before }: Breaker,
  { fault, retryAt }: FeedFailed,
  now: Date,
  chance: number,
): Breaker {
  const failures = before.failures + 1;
  const counted = {
    ...before,
    version: before.version + 1,
    failures,
    fault,
    since: before.since ?? now.toISOString(),
  };
  // Open already: this was a request that had begun before.
  const { open_until } = before;
  const opens = failures >= MOST_FAILURES || open_until !== undefined || fault === 'RATE_LIMITED';
  if (retryAt === undefined && (isAhead(open_until, now) || !opens)) return counted;

  const step = Math.min(LONGEST_STEP, FIRST_STEP * 2 ** before.openings) * (0.8 + 0.2 * chance);
  const wish = retryAt && Math.min(LONGEST_WISH, Math.max(1000, retryAt.getTime() - now.getTime()));
  const until = now.getTime() + (wish ?? step);
  if (!isAhead(open_until, now)) return { ...counted, openings: before.openings + 1, open_until: instant(until) };
  return { ...counted, open_until: instant(Math.max(until, Date.parse(open_until))) };
}
