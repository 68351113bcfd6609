import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { finishesAt } from '../../../src/running-game/finish/finishes-at.ts';
import { DAY, formatZoned, HOUR, wallAt } from '../../../src/shared/time.ts';

/** As the zone's clocks show it. */
const finish = (startsAt: string, timeZone: string, timeOfDay = '22:00') =>
  formatZoned(finishesAt(new Date(startsAt), timeZone, timeOfDay).getTime(), timeZone);

describe('the nightly finish', () => {
  it.each([
    ['Europe/Warsaw', '2026-11-30T21:59:59.999+01:00', '2026-11-30T22:00:00+01:00'],
    ['Europe/Warsaw', '2026-11-30T22:00:00+01:00', '2026-12-01T22:00:00+01:00'],
    ['Europe/Warsaw', '2026-11-30T22:00:00.001+01:00', '2026-12-01T22:00:00+01:00'],
    ['Europe/Warsaw', '2026-11-30T00:00:00+01:00', '2026-11-30T22:00:00+01:00'],
    ['Europe/Warsaw', '2026-12-31T23:59:59+01:00', '2027-01-01T22:00:00+01:00'],
    ['America/New_York', '2026-11-30T21:59:00-05:00', '2026-11-30T22:00:00-05:00'],
    ['America/New_York', '2026-11-30T22:01:00-05:00', '2026-12-01T22:00:00-05:00'],
    ['Asia/Kathmandu', '2026-11-30T21:59:00+05:45', '2026-11-30T22:00:00+05:45'],
    ['Asia/Kathmandu', '2026-11-30T22:00:00+05:45', '2026-12-01T22:00:00+05:45'],
    ['Australia/Lord_Howe', '2026-07-01T21:59:00+10:30', '2026-07-01T22:00:00+10:30'],
    ['Australia/Lord_Howe', '2026-07-01T23:00:00+10:30', '2026-07-02T22:00:00+10:30'],
    ['Pacific/Kiritimati', '2026-07-01T21:59:00+14:00', '2026-07-01T22:00:00+14:00'],
  ])('in %s of what starts at %s is at %s', (timeZone, startsAt, expected) => {
    expect(finish(startsAt, timeZone)).toBe(expected);
  });

  it.each([
    // The day of 23 hours, the day of 25, and the nights before them.
    ['Europe/Warsaw', '2026-03-28T23:30:00+01:00', '2026-03-29T22:00:00+02:00', 21.5],
    ['Europe/Warsaw', '2026-03-29T01:59:00+01:00', '2026-03-29T22:00:00+02:00', 19 + 1 / 60],
    ['Europe/Warsaw', '2026-10-24T22:00:00+02:00', '2026-10-25T22:00:00+01:00', 25],
    ['Europe/Warsaw', '2026-10-25T02:30:00+02:00', '2026-10-25T22:00:00+01:00', 20.5],
    ['Europe/Warsaw', '2026-10-25T02:30:00+01:00', '2026-10-25T22:00:00+01:00', 19.5],
    ['America/New_York', '2026-03-07T22:00:00-05:00', '2026-03-08T22:00:00-04:00', 23],
    ['America/New_York', '2026-10-31T22:00:00-04:00', '2026-11-01T22:00:00-05:00', 25],
    // Half an hour.
    ['Australia/Lord_Howe', '2026-04-04T22:00:00+11:00', '2026-04-05T22:00:00+10:30', 24.5],
    ['Australia/Lord_Howe', '2026-10-03T22:00:00+10:30', '2026-10-04T22:00:00+11:00', 23.5],
  ])('follows the clocks when these change: in %s of %s it is at %s', (timeZone, startsAt, expected, hours) => {
    expect(finish(startsAt, timeZone)).toBe(expected);
    expect((Date.parse(expected) - Date.parse(startsAt)) / HOUR).toBeCloseTo(hours, 6);
  });

  it('is on the next date where a zone has left one out', () => {
    // Samoa had no 30 December 2011.
    expect(finish('2011-12-29T21:59:00-10:00', 'Pacific/Apia')).toBe('2011-12-29T22:00:00-10:00');
    expect(finish('2011-12-29T22:00:00-10:00', 'Pacific/Apia')).toBe('2011-12-31T22:00:00+14:00');
    expect(finish('2011-12-29T23:59:00-10:00', 'Pacific/Apia')).toBe('2011-12-31T22:00:00+14:00');
    expect(finish('2011-12-31T00:00:00+14:00', 'Pacific/Apia')).toBe('2011-12-31T22:00:00+14:00');
    expect(finish('2011-12-31T22:00:00+14:00', 'Pacific/Apia')).toBe('2012-01-01T22:00:00+14:00');
  });

  it('is later by the jump where the clocks jump over its time', () => {
    expect(finish('2026-03-28T12:00:00+01:00', 'Europe/Warsaw', '02:30')).toBe('2026-03-29T03:30:00+02:00');
    expect(finish('2026-03-29T03:15:00+02:00', 'Europe/Warsaw', '02:30')).toBe('2026-03-29T03:30:00+02:00');
    expect(finish('2026-03-29T03:30:00+02:00', 'Europe/Warsaw', '02:30')).toBe('2026-03-30T02:30:00+02:00');
    expect(finish('2026-10-04T00:00:00+10:30', 'Australia/Lord_Howe', '02:15')).toBe('2026-10-04T02:45:00+11:00');
  });

  it('is the first of two where the clocks show its time twice', () => {
    expect(finish('2026-10-25T02:29:00+02:00', 'Europe/Warsaw', '02:30')).toBe('2026-10-25T02:30:00+02:00');
    expect(finish('2026-10-25T02:31:00+02:00', 'Europe/Warsaw', '02:30')).toBe('2026-10-26T02:30:00+01:00');
    expect(finish('2026-10-25T02:29:00+01:00', 'Europe/Warsaw', '02:30')).toBe('2026-10-26T02:30:00+01:00');
  });

  it('is at midnight where it is set to that', () => {
    expect(finish('2026-11-30T00:00:00Z', 'UTC', '00:00')).toBe('2026-12-01T00:00:00+00:00');
    expect(finish('2026-11-30T23:59:59Z', 'UTC', '00:00')).toBe('2026-12-01T00:00:00+00:00');
  });

  it('comes after every start, within 26 hours, at that time', () => {
    const zones = [
      'Europe/Warsaw',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Australia/Lord_Howe',
      'Asia/Gaza',
    ];
    const start = fc.date({ min: new Date('2012-01-02'), max: new Date('2060-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(start, fc.constantFrom(...zones), (startsAt, timeZone) => {
        const at = finishesAt(startsAt, timeZone, '22:00');
        const length = at.getTime() - startsAt.getTime();
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(26 * HOUR);
        // None of these zones jumps over 22:00.
        expect(wallAt(at.getTime(), timeZone) - Math.floor(wallAt(at.getTime(), timeZone) / DAY) * DAY).toBe(22 * HOUR);
        // Whoever starts later is not finished earlier.
        expect(finishesAt(new Date(startsAt.getTime() + 1), timeZone, '22:00').getTime()).toBeGreaterThanOrEqual(
          at.getTime(),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('takes nothing but a time of day', () => {
    for (const timeOfDay of ['24:00', '22:60', '9:00', '22', ''])
      expect(() => finishesAt(new Date(), 'UTC', timeOfDay)).toThrow(RangeError);
  });
});
