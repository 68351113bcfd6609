/**
 * Wall times, zones and instants.
 *
 * A wall time is what a clock on the wall shows. Inside, it is the milliseconds at which the same reading would stand in UTC, so that
 * days and hours are plain arithmetic. An instant is milliseconds since 1970 in UTC. Zone rules come from the runtime's own ICU data.
 */

/** Milliseconds. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Two changes of one zone's offset lie at least a week apart (shortest since 1970: America/Boa_Vista in October 2000, Asia/Gaza in
 * 2040), so that equal offsets at both ends of this stretch mean that nothing changed in between.
 */
const STRETCH = 4 * DAY;
const ZONES_KEPT = 100;

/** One stretch of a zone's time: the offset before and after the change in it, if there is one. Milliseconds. */
interface Stretch {
  readonly before: number;
  readonly after: number;
  readonly changesAt: number;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly stretches: Map<number, Stretch>;
}

const zones = new Map<string, Zone>();

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const [oldest] = zones.keys();
  if (zones.size >= ZONES_KEPT && oldest !== undefined) zones.delete(oldest);
  const zone = { format, stretches: new Map<number, Stretch>() };
  zones.set(timeZone, zone);
  return zone;
}

function readOffset(zone: Zone, instant: number): number {
  const second = Math.floor(instant / 1000) * 1000;
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, seconds = 0] = (
    zone.format.format(second).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

function stretchOf(zone: Zone, index: number): Stretch {
  const known = zone.stretches.get(index);
  if (known !== undefined) return known;
  let from = index * STRETCH;
  let to = from + STRETCH;
  const before = zone.stretches.get(index - 1)?.after ?? readOffset(zone, from);
  const after = readOffset(zone, to);
  if (before === after) to = Number.POSITIVE_INFINITY;
  else {
    while (to - from > 1000) {
      const middle = Math.floor((from + to) / 2000) * 1000;
      if (readOffset(zone, middle) === before) from = middle;
      else to = middle;
    }
  }
  const stretch = { before, after, changesAt: to };
  zone.stretches.set(index, stretch);
  return stretch;
}

function offsetIn(zone: Zone, instant: number): number {
  const stretch = stretchOf(zone, Math.floor(instant / STRETCH));
  return instant < stretch.changesAt ? stretch.before : stretch.after;
}

/** Whether this is the name of a time zone that we know (IANA, such as `Europe/Warsaw` or `UTC`); a bare offset is not. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    zoneOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The zone's offset from UTC at an instant, in milliseconds (east is positive). Throws RangeError for an unknown zone. */
function offsetAt(instant: number, timeZone: string): number {
  return offsetIn(zoneOf(timeZone), instant);
}

/** What the zone's clocks show at an instant. */
export function wallAt(instant: number, timeZone: string): number {
  return instant + offsetAt(instant, timeZone);
}

/** The instant of a wall time; `gap` when the clocks jump over it, and the instant is then later by the jump's length. */
export interface Resolved {
  readonly instant: number;
  readonly gap: boolean;
}

/**
 * The instant at which the zone's clocks show a wall time: the first one where they show it twice; moved on by the gap's length where
 * they never show it (RFC 5545 section 3.3.5, and what Temporal calls "compatible").
 */
export function resolveWall(wall: number, timeZone: string): Resolved {
  const zone = zoneOf(timeZone);
  const early = offsetIn(zone, wall - DAY);
  const late = offsetIn(zone, wall + DAY);
  if (early === late || offsetIn(zone, wall - early) === early) return { instant: wall - early, gap: false };
  if (offsetIn(zone, wall - late) === late) return { instant: wall - late, gap: false };
  return { instant: wall - early, gap: true };
}

/** Reads `2026-12-01T09:00[:00]`. Undefined when it is not of that form, or there is no such date or time of day. */
export function parseWall(text: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return formatWall(wall) === (text.length === 16 ? `${text}:00` : text) ? wall : undefined;
}

/** Writes a wall time as `2026-12-01T09:00:00`. */
export function formatWall(wall: number): string {
  return new Date(wall).toISOString().slice(0, 19);
}

/** Writes an instant as the zone's clocks show it, with the offset: `2026-12-01T09:00:00+01:00`. */
export function formatZoned(instant: number, timeZone: string): string {
  const offset = offsetAt(instant, timeZone);
  const size = new Date(Math.abs(offset)).toISOString();
  return `${formatWall(instant + offset)}${offset < 0 ? '-' : '+'}${size.slice(11, size.slice(17, 19) === '00' ? 16 : 19)}`;
}

/** The moment in words for a message to a person, in their zone: `Tuesday, 1 December 2026 at 09:00 (Europe/Warsaw)`. */
export function describeWallTime(instant: Date | string, timeZone: string, locale = 'en-GB'): string {
  const format = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'full', timeStyle: 'short' });
  return `${format.format(new Date(instant))} (${timeZone})`;
}

/** A length of time: the calendar's units, which depend on the zone, and exact milliseconds. */
export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly exact: number;
}

/** Reads an ISO 8601 duration of whole units, such as `PT30M` or `P1DT2H`, up to some centuries. Undefined when it is none. */
export function parseDuration(text: string): Duration | undefined {
  const parts =
    /^P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/.exec(
      text,
    );
  if (parts === null || !/\d[YMWDHS]$/.test(text)) return undefined;
  const [years, months, weeks, days, , hours, minutes, seconds] = parts
    .slice(1)
    .map((part) => Number.parseInt(part ?? '0', 10));
  return {
    months: (years ?? 0) * 12 + (months ?? 0),
    days: (weeks ?? 0) * 7 + (days ?? 0),
    exact: (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE + (seconds ?? 0) * 1000,
  };
}

/** A wall time some months and days earlier, at the same time of day; in a shorter month its last day. */
export function wallBefore(wall: number, { months, days }: Duration): number {
  const date = new Date(wall);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months + 1, 0)).getUTCDate();
  const timeOfDay = wall - Math.floor(wall / DAY) * DAY;
  return first + (Math.min(date.getUTCDate(), lastDay) - 1 - days) * DAY + timeOfDay;
}
