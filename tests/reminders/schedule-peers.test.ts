import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { nextDue, upcoming } from '../../src/reminders/schedule.ts';
import {
  DAY,
  formatWall,
  formatZoned,
  parseDuration,
  parseWall,
  resolveWall,
  wallAt,
  wallBefore,
} from '../../src/shared/time.ts';

const ZONES = [
  'Europe/Warsaw',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'Asia/Gaza',
  'Pacific/Apia',
  'America/Nuuk',
  'Pacific/Chatham',
  'America/St_Johns',
  'America/Scoresbysund',
  'Antarctica/Troll',
];

const zone = fc.constantFrom(...ZONES);
const wall = fc
  .integer({ min: Date.UTC(1975, 0, 1) / 60_000, max: Date.UTC(2150, 0, 1) / 60_000 })
  .map((minutes) => minutes * 60_000);
/** The minutes around a change of the zone's clocks, where the mistakes are. */
const nearChange = fc
  .tuple(
    zone,
    fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2100, 0, 1) }),
    fc.integer({ min: -1600, max: 1600 }),
  )
  .map(([timeZone, from, minutes]) => {
    const change = Temporal.Instant.fromEpochMilliseconds(from)
      .toZonedDateTimeISO(timeZone)
      .getTimeZoneTransition('next');
    const shown = change?.toPlainDateTime().add({ minutes }).toString({ smallestUnit: 'second' });
    return { timeZone, wall: parseWall(shown ?? formatWall(from)) ?? from };
  });

describe('against Temporal', () => {
  const agree = (timeZone: string, at: number) => {
    const plain = Temporal.PlainDateTime.from(formatWall(at));
    const zoned = plain.toZonedDateTime(timeZone);
    const { instant, gap } = resolveWall(at, timeZone);
    expect(instant).toBe(zoned.epochMilliseconds);
    expect(gap).toBe(!zoned.toPlainDateTime().equals(plain));
    expect(formatWall(wallAt(instant, timeZone))).toBe(zoned.toPlainDateTime().toString({ smallestUnit: 'second' }));
    expect(formatZoned(instant, timeZone)).toBe(zoned.toString({ timeZoneName: 'never', smallestUnit: 'second' }));
  };

  test('a wall time is the same instant anywhere and at any time', () => {
    fc.assert(fc.property(zone, wall, agree), { numRuns: 1000 });
  });

  test('a wall time near a change of the clocks is the same instant', () => {
    fc.assert(
      fc.property(nearChange, ({ timeZone, wall: at }) => agree(timeZone, at)),
      { numRuns: 300 },
    );
  });

  test('so long before an event is the same instant', () => {
    const length = fc.record({
      months: fc.integer({ min: 0, max: 30 }),
      weeks: fc.integer({ min: 0, max: 9 }),
      days: fc.integer({ min: 0, max: 400 }),
      hours: fc.integer({ min: 0, max: 100 }),
      minutes: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(zone, wall, length, (timeZone, at, fields) => {
        const duration = Temporal.Duration.from(fields);
        const ours = parseDuration(duration.toString());
        if (ours === undefined) throw new Error(`${duration} was not read`);
        const event = Temporal.PlainDateTime.from(formatWall(at)).toZonedDateTime(timeZone);
        const { instant } = resolveWall(wallBefore(at, ours), timeZone);
        // An event in a gap takes place later than its wall time says; Temporal then counts from there.
        fc.pre(!resolveWall(at, timeZone).gap);
        expect(instant - ours.exact).toBe(event.subtract(duration).epochMilliseconds);
      }),
      { numRuns: 500 },
    );
  });
});

const some = (values: readonly (number | string)[], most = 4) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: most }).map((list) => list.join(','));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const signed = (to: number) => [...range(1, to), ...range(1, to).map((n) => -n)];
const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const numbered = ['1MO', '-1FR', '2SU', '5TU', '-2WE', '3SA'];
const months = some(range(1, 12));
const hours = some(range(0, 23));
const minutes = some(range(0, 59));

/**
 * Left out because the peer reads RFC 5545 otherwise: BYYEARDAY beside other days (it takes either; the RFC's table and dateutil take
 * days that are both), BYMONTHDAY beside numbered days (likewise), and days with and without a number in one yearly BYDAY (it takes the numbered ones alone).
 */
const parts: Record<string, Record<string, fc.Arbitrary<string>>> = {
  YEARLY: {
    BYMONTH: months,
    BYMONTHDAY: some(signed(31)),
    BYDAY: fc.oneof(some(days), some(numbered)),
    BYHOUR: hours,
  },
  MONTHLY: {
    BYMONTH: months,
    BYMONTHDAY: some(signed(31)),
    BYDAY: fc.oneof(some(days), some(numbered)),
    BYHOUR: hours,
  },
  WEEKLY: { BYMONTH: months, BYDAY: some(days), BYHOUR: hours, WKST: some(['MO', 'SU', 'WE'], 1) },
  DAILY: { BYMONTH: months, BYMONTHDAY: some(signed(31)), BYDAY: some(days), BYHOUR: hours, BYMINUTE: minutes },
  HOURLY: { BYMONTH: months, BYDAY: some(days), BYHOUR: hours, BYMINUTE: minutes },
  MINUTELY: { BYDAY: some(days), BYHOUR: hours, BYMINUTE: minutes },
};

const readAlike = (text: string) => !(text.includes('BYMONTHDAY') && /BYDAY=[^;]*\d/.test(text));

const rule = fc.constantFrom(...Object.keys(parts)).chain((frequency) =>
  fc
    .tuple(
      fc.record(parts[frequency] ?? {}, { requiredKeys: [] }),
      fc.integer({ min: 1, max: frequency === 'MINUTELY' ? 90 : 5 }),
      fc.option(some([1, 2, 3, -1, -2], 2), { nil: undefined, freq: 3 }),
    )
    .map(([given, interval, positions]) => {
      const by = Object.entries(given).map(([name, value]) => `${name}=${value}`);
      const choosing = positions !== undefined && by.some((part) => part.startsWith('BY'));
      return [`FREQ=${frequency}`, `INTERVAL=${interval}`, ...by, ...(choosing ? [`BYSETPOS=${positions}`] : [])].join(
        ';',
      );
    }),
);

const start = fc
  .integer({ min: Date.UTC(2015, 0, 1) / 60_000, max: Date.UTC(2030, 0, 1) / 60_000 })
  .map((minute) => formatWall(minute * 60_000));

/** How far the two are compared, in days; the peer walks through all of it. */
const FAR: Record<string, number> = {
  YEARLY: 366 * 40,
  MONTHLY: 366 * 8,
  WEEKLY: 366 * 3,
  DAILY: 366,
  HOURLY: 20,
  MINUTELY: 3,
};

describe('against rrule-temporal', () => {
  test('a rule has the same wall times', () => {
    fc.assert(
      fc.property(start, rule.filter(readAlike), (at, endless) => {
        const far = FAR[/FREQ=(\w+)/.exec(endless)?.[1] ?? ''] ?? 1;
        const basic = (moment: string) => `${moment.replaceAll(/[-:]/g, '')}Z`;
        const rrule = `${endless};UNTIL=${basic(formatWall(Date.parse(`${at}Z`) + far * DAY))}`;
        const peer = new RRuleTemporal({ rruleString: `DTSTART:${basic(at)}\nRRULE:${rrule}`, maxIterations: 100_000 });
        const theirs = peer.all((_, index) => index < 10).map(({ epochMilliseconds }) => formatWall(epochMilliseconds));
        const ours = upcoming({ at, timeZone: 'UTC', rrule }, new Date(0), 10).map(({ at: shown }) =>
          shown.slice(0, 19),
        );
        expect(ours).toEqual(theirs.slice(0, 10));
      }),
      { numRuns: 300 },
    );
  });
});

test('whatever the rule, zone and policy, each next moment is later than the one before, and leaping is as good as walking', () => {
  fc.assert(
    fc.property(
      start,
      rule,
      zone,
      fc.constantFrom('shift' as const, 'skip' as const),
      (at, rrule, timeZone, dstPolicy) => {
        const schedule = { at, timeZone, dstPolicy, rrule };
        const walked = upcoming(schedule, new Date(0), 12).map(({ instant }) => instant);
        let after = new Date(0);
        for (const expected of walked) {
          const next = nextDue(schedule, after);
          expect(next?.toISOString()).toBe(expected);
          expect(next !== undefined && next > after).toBe(true);
          if (next !== undefined) after = next;
        }
      },
    ),
    { numRuns: 60 },
  );
});
