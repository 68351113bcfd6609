import { problem } from '../shared/errors.ts';
import { DAY, formatZoned, MINUTE, resolveWall, wallAt } from '../shared/time.ts';

/** Monday first. */
const WEEKDAYS: readonly string[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A stretch of one weekday, in milliseconds from its midnight; `to` is beyond the next midnight where it goes on till then. */
interface Stretch {
  /** 0 is Monday. */
  readonly weekday: number;
  readonly from: number;
  readonly to: number;
}

/** When the shop is open, on its own clocks; without a stretch it always is. */
export interface OpeningHours {
  readonly stretches: readonly Stretch[];
  /** IANA name. */
  readonly timeZone: string;
}

/** Nothing is ordered at this moment. */
export class ShopClosed extends problem('shop-closed', 409, 'The shop is closed') {
  override readonly retryAfterSeconds: number | undefined;

  constructor(detail?: string, retryAfterSeconds?: number) {
    super(detail);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Reads the hours of a shop as `parseOpeningHours` does. Throws for what is none. */
export function openingHours(text: string, timeZone: string): OpeningHours {
  const stretches = parseOpeningHours(text);
  if (!stretches) throw new Error('these are no opening hours');
  return { stretches, timeZone };
}

/**
 * Reads `Mon-Thu 11:00-22:00; Fri,Sat 11:00-14:00,17:00-02:00`: what ends at or before its beginning ends on the next day. No text is no
 * stretch. Undefined for what is none of this.
 */
export function parseOpeningHours(text: string): Stretch[] | undefined {
  if (text.trim() === '') return [];
  const rules = text.split(';').map((rule) => parseRule(rule.trim()));
  return rules.every((rule) => rule !== undefined) ? rules.flat() : undefined;
}

function parseRule(rule: string): Stretch[] | undefined {
  const [, days, hours] = /^(\S+) +(\S+)$/.exec(rule) ?? [];
  const weekdays = days?.split(',').map(parseDays);
  const spans = hours?.split(',').map(parseSpan);
  if (!weekdays?.every((each) => each !== undefined) || !spans?.every((each) => each !== undefined)) return undefined;
  return weekdays.flat().flatMap((weekday) => spans.map((span) => ({ weekday, ...span })));
}

/** `Fri-Mon` goes over the end of the week. */
function parseDays(text: string): number[] | undefined {
  const [first = -1, last = first, ...more] = text.split('-').map((name) => WEEKDAYS.indexOf(name));
  if (first < 0 || last < 0 || more.length > 0) return undefined;
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, n) => (first + n) % 7);
}

function parseSpan(text: string): Pick<Stretch, 'from' | 'to'> | undefined {
  const times = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text)?.slice(1);
  if (!times) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 24, toMinute = 0] = times.map((part) =>
    part === undefined ? undefined : Number(part),
  );
  const from = (fromHour * 60 + fromMinute) * MINUTE;
  const to = (toHour * 60 + toMinute) * MINUTE;
  return { from, to: to > from ? to : to + DAY };
}

/** A stretch on the date that begins at `midnight`, a wall time, as instants. */
function instantsOf({ from, to }: Stretch, midnight: number, timeZone: string) {
  return {
    opens: resolveWall(midnight + from, timeZone).instant,
    closes: resolveWall(midnight + to, timeZone).instant,
  };
}

/** Throws ShopClosed, which says when it opens. */
export function ensureOpen({ stretches, timeZone }: OpeningHours, now: Date): void {
  if (stretches.length === 0) return;
  const today = Math.floor(wallAt(now.getTime(), timeZone) / DAY) * DAY;
  // From yesterday, of which some may go on, for two weeks: of a weekday's stretch nothing is left where the clocks jump over it.
  const around = Array.from({ length: 16 }, (_, n) => today + (n - 1) * DAY).flatMap((midnight) =>
    stretches
      .filter(({ weekday }) => weekday === weekdayOf(midnight))
      .map((stretch) => instantsOf(stretch, midnight, timeZone))
      .filter(({ opens, closes }) => opens < closes),
  );
  const at = now.getTime();
  if (around.some(({ opens, closes }) => opens <= at && at < closes)) return;
  const next = Math.min(...around.map(({ opens }) => opens).filter((opens) => opens > at));
  throw new ShopClosed(`The shop is closed; it opens at ${formatZoned(next, timeZone)}`, Math.ceil((next - at) / 1000));
}

/** The first of January 1970 was a Thursday. */
const weekdayOf = (midnight: number) => (((midnight / DAY + 3) % 7) + 7) % 7;
