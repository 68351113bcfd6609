import { retryTime } from '../../shared/answers.ts';
import { DAY, MINUTE } from '../../shared/time.ts';

/** Strava counts an application's requests in the quarters of each hour, and in days that begin at midnight UTC (Strava API, Rate limits). */
const QUARTER = 15 * MINUTE;
/** For clocks that differ a little. */
const MARGIN = 5000;
/** Longer no answer keeps everybody waiting, whatever it says. */
const LONGEST = DAY + MINUTE;

/** Of all requests, and of those that read. */
const HEADERS = ['x-ratelimit', 'x-readratelimit'];

const TOO_MANY_REQUESTS = 429;

/**
 * Until when nothing more may be asked, by one answer's status and headers; undefined while something may. Without a `Retry-After` that is still to come it is the end of
 * the quarter, or of the day, whose requests are used up.
 */
export function usedUpUntil(status: number, headers: Headers, now: Date): Date | undefined {
  const at = now.getTime();
  const endOf = (length: number) => (Math.floor(at / length) + 1) * length + MARGIN;
  const used = HEADERS.flatMap((name) => usedUp(headers.get(`${name}-limit`), headers.get(`${name}-usage`)));
  const day = used.includes('day') ? endOf(DAY) : undefined;
  if (status === TOO_MANY_REQUESTS) {
    const asked = retryTime(headers.get('retry-after'), now)?.getTime() ?? at;
    return new Date(Math.min(asked > at ? asked : (day ?? endOf(QUARTER)), at + LONGEST));
  }
  if (used.length === 0) return undefined;
  return new Date(day ?? endOf(QUARTER));
}

/** Which of the two allowances is used up: `200,2000` and `200,1345` are the first one. */
function usedUp(limits: string | null, usages: string | null): ('quarter' | 'day')[] {
  const [quarter, day] = numbers(limits);
  const [inQuarter = 0, inDay = 0] = numbers(usages);
  return [
    ...(quarter !== undefined && inQuarter >= quarter ? (['quarter'] as const) : []),
    ...(day !== undefined && inDay >= day ? (['day'] as const) : []),
  ];
}

const numbers = (text: string | null) =>
  text === null || !/^\s*\d+\s*,\s*\d+\s*$/.test(text) ? [] : text.split(',').map(Number);

/** So that not everybody who has waited comes at once: at most as much later as the wait was long, and ten minutes. */
export const spread = (until: Date, now: Date, random: () => number): Date =>
  new Date(
    until.getTime() + Math.floor(random() * Math.min(Math.max(until.getTime() - now.getTime(), 0), 10 * MINUTE)),
  );
