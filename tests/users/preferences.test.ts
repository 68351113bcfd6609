import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CHANNELS } from '../../src/channels/channel.ts';
import { CATEGORIES } from '../../src/users/category.ts';
import { isWanted, Preferences, preferencesOf, quietUntil } from '../../src/users/preferences.ts';

const MINUTE = 60_000;

const person = (preferences: object | undefined, time_zone = 'Europe/Warsaw') => ({
  time_zone,
  ...(preferences === undefined ? {} : { preferences: Preferences.parse(preferences) }),
});

describe('what a person wants', () => {
  it('is everything unless they say otherwise', () => {
    for (const category of CATEGORIES) {
      for (const channel of CHANNELS) {
        expect(isWanted(person(undefined), category, channel)).toBe(true);
        expect(isWanted(person({}), category, channel)).toBe(true);
      }
    }
    expect(preferencesOf(person(undefined))).toEqual(Preferences.parse({}));
  });

  it.each([
    ['everything', { enabled: false }, () => false],
    ['a channel', { channels: { sms: false } }, (_: string, channel: string) => channel !== 'sms'],
    ['a category', { categories: { posts: { enabled: false } } }, (category: string) => category !== 'posts'],
    [
      'a category on a channel',
      { categories: { posts: { channels: { email: false } } } },
      (category: string, channel: string) => category !== 'posts' || channel !== 'email',
    ],
    [
      'a category, while a channel of it is on',
      { categories: { posts: { enabled: false, channels: { email: true } } } },
      (category: string) => category !== 'posts',
    ],
  ] as const)('leaves out what is off: %s', (_, preferences, wanted) => {
    for (const category of CATEGORIES) {
      for (const channel of CHANNELS) {
        expect(isWanted(person(preferences), category, channel)).toBe(wanted(category, channel));
      }
    }
  });
});

describe('quiet hours', () => {
  const until = (quiet_hours: object, now: string, zone = 'Europe/Warsaw', channel: 'email' | 'inbox' = 'email') =>
    quietUntil(person({ quiet_hours }, zone), channel, new Date(now))?.toISOString();
  const night = { from: '22:00', to: '07:00' };

  it.each([
    ['before they begin', '2026-12-01T20:59:59.999Z', undefined],
    ['as they begin', '2026-12-01T21:00:00.000Z', '2026-12-02T06:00:00.000Z'],
    ['before midnight', '2026-12-01T22:30:00.000Z', '2026-12-02T06:00:00.000Z'],
    ['at midnight', '2026-12-01T23:00:00.000Z', '2026-12-02T06:00:00.000Z'],
    ['after midnight', '2026-12-02T05:59:59.999Z', '2026-12-02T06:00:00.000Z'],
    ['as they end', '2026-12-02T06:00:00.000Z', undefined],
    ['at noon', '2026-12-02T11:00:00.000Z', undefined],
  ])('cross midnight: %s', (_, now, end) => {
    expect(until(night, now)).toBe(end);
  });

  it('lie within a day when they begin before they end', () => {
    const lunch = { from: '12:00', to: '13:30' };
    expect(until(lunch, '2026-12-01T11:15:00Z')).toBe('2026-12-01T12:30:00.000Z');
    expect(until(lunch, '2026-12-01T23:15:00Z')).toBeUndefined();
  });

  it('are those of the zone that they name, before the person’s own', () => {
    expect(until({ ...night, time_zone: 'America/New_York' }, '2026-12-02T06:30:00Z')).toBe('2026-12-02T12:00:00.000Z');
    expect(until({ ...night, time_zone: 'America/New_York' }, '2026-12-01T22:30:00Z')).toBeUndefined();
    expect(until(night, '2026-12-02T06:30:00Z', 'America/New_York')).toBe('2026-12-02T12:00:00.000Z');
  });

  it('begin on the days that they name, and run into the next', () => {
    const weekend = { ...night, days: ['FR', 'SA'] };
    expect(until(weekend, '2026-12-03T22:00:00Z')).toBeUndefined(); // Thursday
    expect(until(weekend, '2026-12-04T22:00:00Z')).toBe('2026-12-05T06:00:00.000Z');
    expect(until(weekend, '2026-12-05T23:30:00Z')).toBe('2026-12-06T06:00:00.000Z'); // Sunday, 0:30
    expect(until(weekend, '2026-12-06T22:00:00Z')).toBeUndefined();
  });

  it('leave the inbox alone unless it is named', () => {
    expect(until(night, '2026-12-01T23:00:00Z', 'Europe/Warsaw', 'inbox')).toBeUndefined();
    expect(until({ ...night, channels: ['inbox'] }, '2026-12-01T23:00:00Z', 'Europe/Warsaw', 'inbox')).toBeDefined();
    expect(until({ ...night, channels: ['inbox'] }, '2026-12-01T23:00:00Z')).toBeUndefined();
  });

  // Warsaw goes from 2:00 to 3:00 on 28 March 2027, and from 3:00 back to 2:00 on 25 October 2026.
  it.each([
    ['a night that is an hour shorter', night, '2027-03-27T22:00:00Z', '2027-03-28T05:00:00.000Z'],
    ['a night that is an hour longer', night, '2026-10-24T21:00:00Z', '2026-10-25T06:00:00.000Z'],
    [
      'an end that clocks jump over',
      { from: '22:00', to: '02:30' },
      '2027-03-28T00:30:00Z',
      '2027-03-28T01:30:00.000Z',
    ],
    ['an end as clocks jump', { from: '22:00', to: '02:00' }, '2027-03-28T00:30:00Z', '2027-03-28T01:00:00.000Z'],
    [
      'a beginning that clocks jump over',
      { from: '02:30', to: '07:00' },
      '2027-03-28T01:30:00Z',
      '2027-03-28T05:00:00.000Z',
    ],
    ['just before it, moved on by the jump', { from: '02:30', to: '07:00' }, '2027-03-28T01:29:00Z', undefined],
    ['both inside of the jump', { from: '02:15', to: '02:45' }, '2027-03-28T01:20:00Z', '2027-03-28T01:45:00.000Z'],
    [
      'an end shown twice: the first',
      { from: '22:00', to: '02:30' },
      '2026-10-25T00:29:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    ['an end shown twice: not the second', { from: '22:00', to: '02:30' }, '2026-10-25T01:10:00Z', undefined],
    [
      'a beginning shown twice: the first',
      { from: '02:30', to: '07:00' },
      '2026-10-25T00:30:00Z',
      '2026-10-25T06:00:00.000Z',
    ],
    [
      'hours that the jump lets run into the next',
      { from: '03:05', to: '02:50' },
      '2027-03-28T01:20:00Z',
      '2027-03-29T00:50:00.000Z',
    ],
  ])('go by the clocks when these change: %s', (_, hours, now, end) => {
    expect(until(hours, now)).toBe(end);
  });

  it('go by the clocks where a whole day is left out', () => {
    // Samoa had no 30 December 2011.
    expect(until(night, '2011-12-30T09:00:00Z', 'Pacific/Apia')).toBe('2011-12-30T17:00:00.000Z');
  });

  const ZONES = [
    'UTC',
    'Europe/Warsaw',
    'America/New_York',
    'America/St_Johns',
    'America/Havana',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Africa/Casablanca',
    'Asia/Beirut',
  ];
  /** In the small hours half of the time, when clocks change. */
  const time = fc
    .oneof(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 240 }))
    .map((minute) => new Date(minute * MINUTE).toISOString().slice(11, 16));
  const WEEK = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
  const hours = fc
    .record(
      { from: time, to: time, days: fc.subarray([...WEEK], { minLength: 1 }), time_zone: fc.constantFrom(...ZONES) },
      { requiredKeys: ['from', 'to', 'time_zone'] },
    )
    .filter(({ from, to }) => from !== to);
  /** Close to a change of clocks half of the time: those of these zones since 2005 are in here. */
  const instant = fc.oneof(
    fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) }),
    fc
      .tuple(
        fc
          .constantFrom(
            '2026-03-08',
            '2026-03-28',
            '2026-03-29',
            '2026-04-05',
            '2026-10-04',
            '2026-10-24',
            '2026-10-25',
          )
          .map((day) => Date.parse(`${day}T00:00:00Z`)),
        fc.integer({ min: -1440, max: 2880 }),
      )
      .map(([day, minutes]) => day + minutes * MINUTE),
  );

  it('are what somebody sees who looks at the clock every minute', () => {
    fc.assert(
      fc.property(hours, instant, (quiet_hours, at) => {
        const now = Math.floor(at / MINUTE) * MINUTE;
        const found = quietUntil(person({ quiet_hours }), 'sms', new Date(now))?.getTime();
        expect(found).toBe(watchTheClock(quiet_hours, now));
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

interface Hours {
  readonly from: string;
  readonly to: string;
  readonly days?: readonly string[];
  readonly time_zone: string;
}

/**
 * The same by patience: writes down what the zone's clocks show at every minute of the days around, looks up where each day's hours
 * begin and end, and goes on minute by minute until none hold. A time that is never shown is as late as it would have been without
 * the jump.
 */
function watchTheClock({ from, to, days, time_zone: timeZone }: Hours, now: number): number | undefined {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const reads = new Map<string, number>();
  const first = now - 3 * 1440 * MINUTE;
  const last = now + 4 * 1440 * MINUTE;
  const shown: { at: number; text: string }[] = [];
  for (let at = first; at <= last; at += MINUTE) {
    const text = format.format(at).replace(', ', 'T');
    shown.push({ at, text });
    if (!reads.has(text)) reads.set(text, at);
  }
  const instantOf = (text: string): number => {
    const known = reads.get(text);
    if (known !== undefined) return known;
    const before = shown.filter((each) => each.text < text).reduce((a, b) => (a.text > b.text ? a : b));
    return before.at + Date.parse(`${text}Z`) - Date.parse(`${before.text}Z`);
  };
  const dates = [...new Set(shown.map(({ text }) => text.slice(0, 10)))].slice(1, -2);
  const stretches = dates.flatMap((date) => {
    const weekday = new Date(`${date}T00:00Z`).toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' });
    if (days && !days.includes(weekday.slice(0, 2).toUpperCase())) return [];
    const next = new Date(Date.parse(`${date}T00:00Z`) + 1440 * MINUTE).toISOString().slice(0, 10);
    return [[instantOf(`${date}T${from}`), instantOf(`${to < from ? next : date}T${to}`)] as const];
  });
  const isQuiet = (at: number) => stretches.some(([begin, end]) => begin <= at && at < end);
  if (!isQuiet(now)) return undefined;
  let end = now;
  while (isQuiet(end)) end += MINUTE;
  return end;
}
