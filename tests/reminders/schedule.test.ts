import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkSchedule,
  firstDue,
  nextDue,
  type Schedule,
  scheduleInput,
  schedule as scheduleSchema,
  upcoming,
  withZone,
} from '../../src/reminders/schedule.ts';
import { describeWallTime } from '../../src/shared/time.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const EVENT_ID = '0b7d1c0e-3c1a-4f6e-8f5e-0d7c1f2a3b4c';
const EVENT = { at: '2026-12-01T09:00:00', timeZone: 'Europe/Warsaw' };

const set = (input: unknown): Schedule => withZone(scheduleInput.parse(input), 'Europe/Warsaw');
const shown = (input: unknown, count: number, after = NOW) =>
  upcoming(set(input), after, count, EVENT).map(({ at }) => at);
const refused = (input: unknown, event?: typeof EVENT) => checkSchedule(set(input), NOW, event);
const unreadable = (input: unknown) =>
  scheduleInput.safeParse(input).error?.issues.map(({ path, message }) => [path.join('.'), message]);

describe('what may be sent', () => {
  test('a schedule without a zone is meant in the own one, and seconds may be left out', () => {
    expect(set({ at: '2026-12-01T09:00' })).toEqual({ at: '2026-12-01T09:00:00', timeZone: 'Europe/Warsaw' });
    expect(set({ at: '2026-12-01T09:00', timeZone: 'Asia/Tokyo' })).toMatchObject({ timeZone: 'Asia/Tokyo' });
  });

  test.each(['2026-12-01T09:00:00Z', '2026-12-01T09:00:00+01:00', '2026-12-01T09:00-0500'])(
    '%s is told where its zone belongs',
    (at) => {
      expect(unreadable({ at })).toEqual([['at', 'a wall time without an offset or Z; put the zone in timeZone']]);
    },
  );

  test('a negative time before an event is refused', () => {
    expect(unreadable({ eventId: EVENT_ID, before: '-PT30M' })).toEqual([
      ['before', 'not negative: a reminder goes off before the event'],
    ]);
  });

  test.each([
    {},
    { at: '2026-12-01T09:00', timezone: 'UTC' },
    { at: 5 },
    { eventId: EVENT_ID },
    { at: '2026-12-01T09:00', before: 'PT1H' },
  ])('%j is no schedule', (input) => expect(scheduleInput.safeParse(input).success).toBe(false));

  test('RRULE: and EXDATE lines become the rule and its exclusions', () => {
    const rrule =
      'rrule:FREQ=WEEKLY;\r\n BYDAY=MO,WE;COUNT=10;\nEXDATE;TZID=Europe/Warsaw:20261202T090000,20261209T090000\nEXDATE:20261207T080000Z\nEXDATE;VALUE=DATE:20261214';
    const stored = set({ at: '2026-12-01T09:00', rrule, exdates: ['2026-12-16T09:00'] });
    expect(stored).toEqual({
      at: '2026-12-01T09:00:00',
      timeZone: 'Europe/Warsaw',
      rrule: 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10',
      exdates: [
        '2026-12-02T09:00:00',
        '2026-12-07T09:00:00',
        '2026-12-09T09:00:00',
        '2026-12-14',
        '2026-12-16T09:00:00',
      ],
    });
    expect(scheduleSchema.parse(stored)).toEqual(stored);
    expect(checkSchedule(stored, NOW)).toEqual([]);
    expect(upcoming(stored, NOW, 20).map(({ at }) => at.slice(0, 10))).toEqual([
      '2026-12-21',
      '2026-12-23',
      '2026-12-28',
      '2026-12-30',
      '2027-01-04',
    ]);
  });
});

describe('what is refused when set', () => {
  test.each([
    [{ at: '2026-11-21T12:59' }, 'at', 'is past'],
    [{ at: '2026-02-30T09:00' }, 'at', 'there is no 2026-02-30'],
    [{ at: '2026-12-01T24:00' }, 'at', 'there is no'],
    [{ at: '1815-12-10T09:00' }, 'at', 'the year'],
    [{ at: '2026-12-01T09:00', timeZone: 'Europe/Breslau' }, 'timeZone', 'Europe/Breslau is not a time zone'],
    [{ at: '2026-12-01T09:00', timeZone: '+01:00' }, 'timeZone', 'IANA'],
    [{ at: '2027-03-28T02:30', dstPolicy: 'skip' }, 'at', 'jump over'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, 'rrule', 'never goes off'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=DAILY;UNTIL=20261130T235900Z' }, 'rrule', 'UNTIL is before'],
    [{ at: '2026-11-01T09:00', rrule: 'FREQ=DAILY;COUNT=5' }, 'rrule', 'it is over'],
    [
      { at: '2026-12-01T09:00', rrule: 'FREQ=DAILY;COUNT=2', exdates: ['2026-12-01', '2026-12-02T09:00'] },
      'exdates',
      'excluded',
    ],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=DAILY', exdates: ['2026-02-30'] }, 'exdates.0', 'there is no'],
    [{ at: '2026-03-29T02:30', rrule: 'FREQ=DAILY;COUNT=1;BYMONTHDAY=28;BYMONTH=3;BYHOUR=25' }, 'rrule', 'BYHOUR=25'],
    [{ at: '2027-03-28T02:30', dstPolicy: 'skip', rrule: 'FREQ=DAILY;UNTIL=20270328' }, 'dstPolicy', 'jump over'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=SECONDLY' }, 'rrule', 'at most once a minute'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=MINUTELY;BYSECOND=0,30' }, 'rrule', 'at most once a minute'],
    [{ at: '2026-12-01T09:00', rrule: 'DAILY' }, 'rrule', '"DAILY": a part looks like'],
    [{ at: '2026-12-01T09:00', rrule: 'INTERVAL=2' }, 'rrule', 'FREQ is missing'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=FORTNIGHTLY' }, 'rrule', 'FREQ=FORTNIGHTLY'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=DAILY;FREQ=DAILY' }, 'rrule', 'twice'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=DAILY;INTERVAL=0' }, 'rrule', 'INTERVAL=0'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=DAILY;COUNT=100000' }, 'rrule', 'COUNT=100000'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=DAILY;COUNT=2;UNTIL=20270101' }, 'rrule', 'COUNT and UNTIL'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=DAILY;UNTIL=tomorrow' }, 'rrule', 'UNTIL=TOMORROW'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=DAILY;UNTIL=20270230' }, 'rrule', 'UNTIL=20270230'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=WEEKLY;BYDAY=MO,XX' }, 'rrule', 'BYDAY=XX'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=WEEKLY;BYDAY=2MO' }, 'rrule', 'needs FREQ=MONTHLY'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=MONTHLY;BYMONTHDAY=0' }, 'rrule', 'BYMONTHDAY=0'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=MONTHLY;BYWEEKNO=3' }, 'rrule', 'BYWEEKNO: not together'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=MONTHLY;BYSETPOS=1' }, 'rrule', 'BYSETPOS'],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=MONTHLY;RSCALE=HEBREW' }, 'rrule', 'RSCALE'],
    [{ at: '2026-12-01T09:00', rrule: 'DTSTART:20261201T090000\nFREQ=DAILY' }, 'rrule', 'DTSTART'],
    [
      { at: '2026-12-01T09:00', rrule: 'FREQ=DAILY\nEXDATE;TZID=Asia/Tokyo:20261201T090000' },
      'rrule',
      'EXDATE;TZID=ASIA/TOKYO',
    ],
    [{ at: '2026-12-01T09:00', rrule: 'FREQ=DAILY\nRDATE:20261201T090000' }, 'rrule', 'RDATE'],
  ])('%j: %s, because %s', (input, field, reason) => {
    const problems = refused(input);
    expect(problems).toContainEqual({ field, reason: expect.stringContaining(reason) });
  });

  test('a reminder before an event that is too close, or not there', () => {
    expect(refused({ eventId: EVENT_ID, before: 'PT30M' })).toEqual([
      { field: 'eventId', reason: 'there is no such event' },
    ]);
    expect(refused({ eventId: EVENT_ID, before: 'P2W' }, EVENT)).toEqual([
      { field: 'before', reason: expect.stringContaining('2026-11-17T08:00:00.000Z, which is past') },
    ]);
    expect(refused({ eventId: EVENT_ID, before: 'P100Y' }, EVENT)).toEqual([
      { field: 'before', reason: 'P100Y is too long' },
    ]);
    expect(refused({ eventId: EVENT_ID, before: 'PT0S' }, EVENT)).toEqual([]);
  });
});

describe('when it goes off', () => {
  test('once: at the wall time in its zone, and not again', () => {
    const once = set({ at: '2026-12-01T09:00' });
    expect(firstDue(once, NOW)?.toISOString()).toBe('2026-12-01T08:00:00.000Z');
    expect(firstDue(once, new Date('2026-12-01T08:00:00.000Z'))?.toISOString()).toBe('2026-12-01T08:00:00.000Z');
    expect(nextDue(once, new Date('2026-12-01T08:00:00.000Z'))).toBeUndefined();
    expect(upcoming(once, NOW, 5)).toEqual([
      { at: '2026-12-01T09:00:00+01:00', instant: '2026-12-01T08:00:00.000Z', timeZone: 'Europe/Warsaw' },
    ]);
  });

  test('a time that clocks jump over is moved on, or left out', () => {
    const daily = { at: '2027-03-27T02:30', rrule: 'FREQ=DAILY;COUNT=3' };
    expect(shown(daily, 9)).toEqual([
      '2027-03-27T02:30:00+01:00',
      '2027-03-28T03:30:00+02:00',
      '2027-03-29T02:30:00+02:00',
    ]);
    expect(shown({ ...daily, dstPolicy: 'skip' }, 9)).toEqual([
      '2027-03-27T02:30:00+01:00',
      '2027-03-29T02:30:00+02:00',
      '2027-03-30T02:30:00+02:00',
    ]);
  });

  test('a time that clocks show twice is meant the first time, once', () => {
    expect(shown({ at: '2027-10-30T02:30', rrule: 'FREQ=DAILY;COUNT=3' }, 9)).toEqual([
      '2027-10-30T02:30:00+02:00',
      '2027-10-31T02:30:00+02:00',
      '2027-11-01T02:30:00+01:00',
    ]);
  });

  test('half-hourly through a gap: moved times that fall on others are one reminder', () => {
    expect(shown({ at: '2027-03-28T01:30', rrule: 'FREQ=MINUTELY;INTERVAL=30' }, 5)).toEqual([
      '2027-03-28T01:30:00+01:00',
      '2027-03-28T03:00:00+02:00',
      '2027-03-28T03:30:00+02:00',
      '2027-03-28T04:00:00+02:00',
      '2027-03-28T04:30:00+02:00',
    ]);
  });

  test('before an event: on the calendar of its zone for days, exact for hours', () => {
    const spring = { at: '2027-03-28T09:00:00', timeZone: 'Europe/Warsaw' };
    const due = (before: string) => firstDue(set({ eventId: EVENT_ID, before }), NOW, spring)?.toISOString();
    expect(due('PT30M')).toBe('2027-03-28T06:30:00.000Z');
    expect(due('P1D')).toBe('2027-03-27T08:00:00.000Z');
    expect(due('PT24H')).toBe('2027-03-27T07:00:00.000Z');
    expect(due('P1M')).toBe('2027-02-28T08:00:00.000Z');
  });

  test('it moves with its event, and is never due without one', () => {
    const relative = set({ eventId: EVENT_ID, before: 'PT1H' });
    expect(firstDue(relative, NOW, { ...EVENT, at: '2026-12-05T18:00:00' })?.toISOString()).toBe(
      '2026-12-05T16:00:00.000Z',
    );
    expect(firstDue(relative, NOW)).toBeUndefined();
    expect(upcoming(relative, NOW, 3)).toEqual([]);
  });

  test('a start that the rule does not match is only where it begins', () => {
    expect(shown({ at: '2026-12-01T09:00', rrule: 'FREQ=WEEKLY;BYDAY=MO' }, 1)).toEqual(['2026-12-07T09:00:00+01:00']);
  });

  test('weeks by number without a day take the weekday of the start', () => {
    expect(shown({ at: '2026-12-01T09:00', rrule: 'FREQ=YEARLY;BYWEEKNO=20' }, 2)).toEqual([
      '2027-05-18T09:00:00+02:00',
      '2028-05-16T09:00:00+02:00',
    ]);
  });

  test('days with and without a number in one rule are all meant', () => {
    expect(
      shown({ at: '2026-12-01T09:00', rrule: 'FREQ=MONTHLY;BYDAY=1MO,FR' }, 4).map((at) => at.slice(0, 10)),
    ).toEqual(['2026-12-04', '2026-12-07', '2026-12-11', '2026-12-18']);
  });

  test('an excluded date takes what the clocks would have moved to or from it', () => {
    const nuuk = { at: '2027-03-26T23:30', timeZone: 'America/Nuuk', rrule: 'FREQ=DAILY;COUNT=3' };
    expect(shown(nuuk, 9)).toEqual([
      '2027-03-26T23:30:00-02:00',
      '2027-03-28T00:30:00-01:00',
      '2027-03-28T23:30:00-01:00',
    ]);
    expect(shown({ ...nuuk, exdates: ['2027-03-27'] }, 9)).toEqual([
      '2027-03-26T23:30:00-02:00',
      '2027-03-28T23:30:00-01:00',
    ]);
    expect(shown({ ...nuuk, exdates: ['2027-03-28T00:30'] }, 9)).toEqual([
      '2027-03-26T23:30:00-02:00',
      '2027-03-28T23:30:00-01:00',
    ]);
  });

  test('a message says the moment as the person would', () => {
    expect(describeWallTime('2026-12-01T08:00:00.000Z', 'Europe/Warsaw')).toMatch(
      /^Tuesday,? 1 December 2026.* 09:00 \(Europe\/Warsaw\)$/,
    );
  });
});

describe('what a hostile rule can do', () => {
  const every = (count: number) => Array.from({ length: count }, (_, n) => n).join(',');
  const days = Array.from({ length: 200 }, (_, n) =>
    new Date(NOW.getTime() + (n - 1) * 86_400_000).toISOString().slice(0, 10),
  );

  test.each([
    ['FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1', []],
    ['FREQ=MINUTELY;INTERVAL=999983;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=3;BYMINUTE=3', []],
    ['FREQ=HOURLY;INTERVAL=2;BYHOUR=1', []],
    ['FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;BYDAY=MO', []],
    ['FREQ=YEARLY;BYMONTHDAY=1;BYDAY=53MO', []],
    [`FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=4;BYHOUR=${every(24)};BYMINUTE=${every(60)};BYSETPOS=-366`, []],
    ['FREQ=MINUTELY;COUNT=10000', days],
    [`FREQ=DAILY;BYHOUR=${every(24)};BYMINUTE=${every(60)};COUNT=10000`, days],
  ])('%s is answered with a reason', (rrule, exdates) => {
    expect(refused({ at: '2026-11-20T00:00', rrule, exdates })).toHaveLength(1);
  });

  test('any text for a rule has an answer', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'FREQ=DAILY',
        'BYDAY=MO,-1TU',
        'COUNT=3',
        'UNTIL=20270101',
        'BYSETPOS=-1',
        'INTERVAL=9',
        '\nEXDATE:20270101T000000Z',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (given) => {
        const input = scheduleInput.safeParse({ at: '2026-12-01T09:00', rrule: given.join(';') });
        if (!input.success) return;
        const stored = withZone(input.data, 'Europe/Warsaw');
        const problems = checkSchedule(stored, NOW);
        if (problems.length === 0) expect(nextDue(stored, NOW)).toBeInstanceOf(Date);
      }),
      { numRuns: 500 },
    );
  });
});
