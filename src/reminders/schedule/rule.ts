/** The recurrence rule of RFC 5545 (section 3.3.10): its parts and the reading of them. */

import { parseWall } from '../../shared/time.ts';

const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY'] as const;
type Frequency = (typeof FREQUENCIES)[number];

/** Monday is 0, as in ISO 8601 (less one). */
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** `COUNT` is bounded because the occurrences before the one asked for have to be counted. */
const MOST_COUNTED = 10_000;
const MOST_INTERVAL = 1_000_000;

interface Weekday {
  readonly weekday: number;
  /** The n-th of the month or year, from the end when negative; 0 means each. */
  readonly nth: number;
}

/** Where a rule ends, inclusive: an instant, a wall time, or the end of a day (as a wall time). Milliseconds. */
interface Until {
  readonly kind: 'instant' | 'wall';
  readonly at: number;
}

export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | undefined;
  readonly until: Until | undefined;
  readonly weekStart: number;
  readonly months: readonly number[];
  readonly weekNumbers: readonly number[];
  readonly yearDays: readonly number[];
  readonly monthDays: readonly number[];
  readonly weekdays: readonly Weekday[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  readonly positions: readonly number[];
}

export type Parsed = { readonly rule: Rule } | { readonly reasons: readonly string[] };

/** The numbers that a BY part may hold. */
const LISTS: Readonly<
  Record<string, { readonly least: number; readonly most: number; readonly signed: boolean; readonly what: string }>
> = {
  BYMONTH: { least: 1, most: 12, signed: false, what: 'months are 1 to 12' },
  BYWEEKNO: { least: 1, most: 53, signed: true, what: 'weeks are 1 to 53, or -53 to -1 from the end of the year' },
  BYYEARDAY: { least: 1, most: 366, signed: true, what: 'days of the year are 1 to 366, or -366 to -1 from its end' },
  BYMONTHDAY: { least: 1, most: 31, signed: true, what: 'days of the month are 1 to 31, or -31 to -1 from its end' },
  BYHOUR: { least: 0, most: 23, signed: false, what: 'hours are 0 to 23' },
  BYMINUTE: { least: 0, most: 59, signed: false, what: 'minutes are 0 to 59' },
  BYSECOND: { least: 0, most: 59, signed: false, what: 'seconds are 0 to 59' },
  BYSETPOS: { least: 1, most: 366, signed: true, what: 'positions are 1 to 366, or -366 to -1 from the end' },
};
const KNOWN = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', ...Object.keys(LISTS)];

/** Which parts RFC 5545's table does not allow with a frequency. */
const NOT_WITH: Readonly<Record<string, readonly Frequency[]>> = {
  BYWEEKNO: ['MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY'],
  BYYEARDAY: ['MONTHLY', 'WEEKLY', 'DAILY'],
  BYMONTHDAY: ['WEEKLY'],
};

function wholeNumber(value: string): number | undefined {
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** Reads `20261224T090000Z` (an instant), `20261224T090000` (a wall time) or `20261224` (the whole day). */
export function parseBasic(value: string): { kind: 'instant' | 'wall' | 'day'; at: number } | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(value);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, zulu] = parts;
  const at = parseWall(`${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}`);
  if (at === undefined) return undefined;
  if (hour === undefined) return { kind: 'day', at };
  return { kind: zulu === 'Z' ? 'instant' : 'wall', at };
}

/** Reads one RRULE value, such as `FREQ=WEEKLY;BYDAY=MO,WE`, or says what is wrong with which part of it. */
export function parseRule(text: string): Parsed {
  const reasons: string[] = [];
  const [line = '', ...others] = text.split('\n');
  for (const other of others) {
    reasons.push(
      /^DTSTART/.test(other)
        ? `${other}: the start belongs in at and timeZone`
        : `${other}: only one rule and EXDATE lines of the same zone can be used`,
    );
  }

  const parts = new Map<string, string>();
  for (const part of line.split(';')) {
    const [, name = '', value = ''] = /^([A-Z-]+)=(.+)$/.exec(part) ?? [];
    if (name === '') reasons.push(`"${part}": a part looks like FREQ=WEEKLY`);
    else if (!KNOWN.includes(name)) reasons.push(`${part}: ${name} is not a part that can be used`);
    else if (parts.has(name)) reasons.push(`${part}: ${name} is there twice`);
    else parts.set(name, value);
  }

  const amount = (name: string, most: number): number | undefined => {
    const value = parts.get(name);
    if (value === undefined) return undefined;
    const number = wholeNumber(value);
    if (number === undefined || number < 1 || number > most)
      reasons.push(`${name}=${value}: a number from 1 to ${most}`);
    return number;
  };

  const list = (name: string): number[] => {
    const allowed = LISTS[name];
    const value = parts.get(name);
    if (value === undefined || allowed === undefined) return [];
    const numbers = new Set<number>();
    for (const item of value.split(',')) {
      const size = wholeNumber(item.replace(allowed.signed ? /^[+-]/ : '', ''));
      if (size === undefined || size < allowed.least || size > allowed.most)
        reasons.push(`${name}=${item}: ${allowed.what}`);
      else numbers.add(item.startsWith('-') ? -size : size);
    }
    return [...numbers].sort((a, b) => a - b);
  };

  const days = (): Weekday[] => {
    const value = parts.get('BYDAY');
    if (value === undefined) return [];
    const found = new Map<string, Weekday>();
    for (const item of value.split(',')) {
      const [, sign = '', size = '0', name = ''] = /^([+-]?)(\d{1,2})?([A-Z]{2})$/.exec(item) ?? [];
      const weekday = WEEKDAYS.indexOf(name);
      const nth = Number(size) * (sign === '-' ? -1 : 1);
      if (weekday < 0 || Math.abs(nth) > 53 || (nth === 0 && item.length > 2)) {
        reasons.push(`BYDAY=${item}: days are ${WEEKDAYS.join(', ')}, with a number before them for the n-th`);
      } else found.set(`${nth}${name}`, { weekday, nth });
    }
    return [...found.values()];
  };

  const until = (): Until | undefined => {
    const value = parts.get('UNTIL');
    if (value === undefined) return undefined;
    const read = parseBasic(value);
    if (read === undefined) {
      reasons.push(`UNTIL=${value}: a moment that exists, written as 20261231T230000Z, 20261231T230000 or 20261231`);
      return undefined;
    }
    if (read.kind === 'day') return { kind: 'wall', at: read.at + 86_399_999 };
    return { kind: read.kind, at: read.at };
  };

  const given = parts.get('FREQ');
  const frequency = FREQUENCIES.find((name) => name === given);
  if (given === undefined) reasons.push('FREQ is missing');
  else if (given === 'SECONDLY') reasons.push('FREQ=SECONDLY: a reminder goes off at most once a minute');
  else if (frequency === undefined) reasons.push(`FREQ=${given}: one of ${FREQUENCIES.join(', ')}`);

  const weekStart = WEEKDAYS.indexOf(parts.get('WKST') ?? 'MO');
  if (weekStart < 0) reasons.push(`WKST=${parts.get('WKST')}: one of ${WEEKDAYS.join(', ')}`);

  const read = {
    interval: amount('INTERVAL', MOST_INTERVAL) ?? 1,
    count: amount('COUNT', MOST_COUNTED),
    until: until(),
    weekStart,
    months: list('BYMONTH'),
    weekNumbers: list('BYWEEKNO'),
    yearDays: list('BYYEARDAY'),
    monthDays: list('BYMONTHDAY'),
    weekdays: days(),
    hours: list('BYHOUR'),
    minutes: list('BYMINUTE'),
    seconds: list('BYSECOND'),
    positions: list('BYSETPOS'),
  };

  if (parts.has('COUNT') && parts.has('UNTIL')) reasons.push('COUNT and UNTIL: only one of them');
  if (read.seconds.length > 1) reasons.push('BYSECOND: one second only, a reminder goes off at most once a minute');
  if (parts.has('BYSETPOS') && ![...parts.keys()].some((name) => name.startsWith('BY') && name !== 'BYSETPOS')) {
    reasons.push('BYSETPOS: it chooses from another BY part, and there is none');
  }
  for (const [name, frequencies] of Object.entries(NOT_WITH)) {
    if (frequency !== undefined && parts.has(name) && frequencies.includes(frequency)) {
      reasons.push(`${name}: not together with FREQ=${frequency}`);
    }
  }
  if (read.weekdays.some(({ nth }) => nth !== 0)) {
    if (frequency !== 'MONTHLY' && frequency !== 'YEARLY') {
      reasons.push('BYDAY: a numbered day needs FREQ=MONTHLY or FREQ=YEARLY');
    } else if (parts.has('BYWEEKNO')) reasons.push('BYDAY: no numbered day together with BYWEEKNO');
  }
  if (frequency === undefined || reasons.length > 0) return { reasons };
  return { rule: { frequency, ...read } };
}
