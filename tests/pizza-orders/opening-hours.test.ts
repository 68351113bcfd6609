import { describe, expect, it } from '@jest/globals';
import { ensureOpen, openingHours, parseOpeningHours, ShopClosed } from '../../src/pizza-orders/opening-hours.ts';

const HOURS = 'Mon-Thu 11:00-22:00; Fri,Sat 11:00-14:00,17:00-02:00';

/** Until when it is closed, or that it is open. */
function shop(text: string, timeZone: string, now: string): string {
  try {
    ensureOpen(openingHours(text, timeZone), new Date(now));
    return 'open';
  } catch (error) {
    if (!(error instanceof ShopClosed)) throw error;
    const opens = error.message.replace('The shop is closed; it opens at ', '');
    expect(Math.round((Date.parse(opens) - Date.parse(now)) / 1000)).toBe(error.retryAfterSeconds);
    return opens;
  }
}

describe('opening hours', () => {
  it.each([
    // A Monday.
    ['2026-11-30T09:59:59Z', '2026-11-30T11:00:00+01:00'],
    ['2026-11-30T10:00:00Z', 'open'],
    ['2026-11-30T20:59:59Z', 'open'],
    ['2026-11-30T21:00:00Z', '2026-12-01T11:00:00+01:00'],
    // Friday's lunch, its break, and its night.
    ['2026-12-04T12:59:59Z', 'open'],
    ['2026-12-04T13:00:00Z', '2026-12-04T17:00:00+01:00'],
    ['2026-12-05T00:59:59Z', 'open'],
    ['2026-12-05T01:00:00Z', '2026-12-05T11:00:00+01:00'],
    // Saturday's night is over; on Sunday nothing opens.
    ['2026-12-06T00:30:00Z', 'open'],
    ['2026-12-06T01:00:00Z', '2026-12-07T11:00:00+01:00'],
  ])('are those of the shop’s own clocks: %s', (now, expected) => {
    expect(shop(HOURS, 'Europe/Warsaw', now)).toBe(expected);
  });

  it('follow the clocks when these change', () => {
    // In Warsaw 2026-10-25 has 25 hours, 2026-03-29 has 23.
    expect(shop('Mon-Sun 11:00-22:00', 'Europe/Warsaw', '2026-10-24T21:00:00Z')).toBe('2026-10-25T11:00:00+01:00');
    expect(shop('Mon-Sun 11:00-22:00', 'Europe/Warsaw', '2026-10-25T09:30:00Z')).toBe('2026-10-25T11:00:00+01:00');
    expect(shop('Mon-Sun 11:00-22:00', 'Europe/Warsaw', '2026-03-29T09:00:00Z')).toBe('open');
    expect(shop('Sat 20:00-03:30', 'Europe/Warsaw', '2026-03-29T01:29:00Z')).toBe('open');
    expect(shop('Sat 20:00-03:30', 'Europe/Warsaw', '2026-03-29T01:30:00Z')).toBe('2026-04-04T20:00:00+02:00');
  });

  it('leave out what the clocks jump over', () => {
    expect(shop('Sun 02:00-03:00', 'Europe/Warsaw', '2026-03-23T12:00:00Z')).toBe('2026-04-05T02:00:00+02:00');
    expect(shop('Sun 02:00-03:00', 'Europe/Warsaw', '2026-03-29T01:00:00Z')).toBe('2026-04-05T02:00:00+02:00');
  });

  it('open next on the same weekday a week later where there is one a week', () => {
    expect(shop('Wed 12:00-13:00', 'UTC', '2026-12-02T13:00:00Z')).toBe('2026-12-09T12:00:00+00:00');
  });

  it('are always where there are none, and all day to midnight', () => {
    expect(shop('', 'Europe/Warsaw', '2026-12-06T04:00:00Z')).toBe('open');
    expect(shop('Mon-Sun 00:00-24:00', 'Asia/Kathmandu', '2026-12-06T18:14:59Z')).toBe('open');
    expect(shop('Sat-Mon 00:00-24:00', 'UTC', '2026-12-07T23:59:59Z')).toBe('open');
    expect(shop('Sat-Mon 00:00-24:00', 'UTC', '2026-12-08T00:00:00Z')).toBe('2026-12-12T00:00:00+00:00');
  });

  it.each([
    'always',
    'Mon',
    'Mon-Fri',
    '11:00-22:00',
    'Mo-Fr 11:00-22:00',
    'mon 11:00-22:00',
    'Mon-Wed-Fri 11:00-22:00',
    'Mon 24:00-25:00',
    'Mon 11:00-22:60',
    'Mon 11-22',
    'Mon 9:00-17:00',
    'Mon 11:00-22:00 Tue 11:00-22:00',
    'Mon 11:00-22:00;',
    'Mon, 11:00-22:00',
  ])('are not: %s', (text) => {
    expect(parseOpeningHours(text)).toBeUndefined();
    expect(() => openingHours(text, 'UTC')).toThrow();
  });
});
