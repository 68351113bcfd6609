import { describe, expect, it } from '@jest/globals';
import { spread, usedUpUntil } from '../../../src/running-game/strava/allowance.ts';

const at = (time: string) => new Date(`2026-11-21T${time}Z`);
const until = (status: number, headers: Record<string, string>, now = at('10:07:00')) =>
  usedUpUntil(status, new Headers(headers), now)?.toISOString();

describe('the allowance', () => {
  it('is not used up while there is some of both', () => {
    expect(until(200, {})).toBeUndefined();
    expect(until(200, { 'x-ratelimit-limit': '200,2000', 'x-ratelimit-usage': '199,1999' })).toBeUndefined();
    expect(until(404, { 'x-ratelimit-limit': '200,2000', 'x-ratelimit-usage': '1,1' })).toBeUndefined();
  });

  it('of a quarter is there again in the next one', () => {
    const used = { 'x-ratelimit-limit': '200,2000', 'x-ratelimit-usage': '200,1200' };
    expect(until(200, used)).toBe('2026-11-21T10:15:05.000Z');
    expect(until(429, used)).toBe('2026-11-21T10:15:05.000Z');
    expect(until(429, used, at('10:59:59'))).toBe('2026-11-21T11:00:05.000Z');
    expect(until(429, used, at('11:00:00'))).toBe('2026-11-21T11:15:05.000Z');
  });

  it('of a day is there again at midnight UTC', () => {
    const used = { 'x-ratelimit-limit': '200,2000', 'x-ratelimit-usage': '20,2000' };
    expect(until(200, used)).toBe('2026-11-22T00:00:05.000Z');
    expect(until(429, used)).toBe('2026-11-22T00:00:05.000Z');
  });

  it('of reading counts as well as that of everything', () => {
    const all = { 'x-ratelimit-limit': '200,2000', 'x-ratelimit-usage': '100,1000' };
    expect(until(429, { ...all, 'x-readratelimit-limit': '100,1000', 'x-readratelimit-usage': '100,900' })).toBe(
      '2026-11-21T10:15:05.000Z',
    );
    expect(until(429, { ...all, 'x-readratelimit-limit': '100,1000', 'x-readratelimit-usage': '50,1000' })).toBe(
      '2026-11-22T00:00:05.000Z',
    );
  });

  it('is there again when Strava says so, but within a day', () => {
    expect(until(429, { 'retry-after': '90' })).toBe('2026-11-21T10:08:30.000Z');
    expect(until(429, { 'retry-after': 'Sat, 21 Nov 2026 10:09:00 GMT' })).toBe('2026-11-21T10:09:00.000Z');
    expect(until(429, { 'retry-after': '999999999' })).toBe('2026-11-22T10:08:00.000Z');
  });

  it('is there again in the next quarter where nothing is said that makes sense', () => {
    expect(until(429, {})).toBe('2026-11-21T10:15:05.000Z');
    expect(until(429, { 'retry-after': '0' })).toBe('2026-11-21T10:15:05.000Z');
    expect(until(429, { 'retry-after': 'Sat, 21 Nov 2020 10:09:00 GMT' })).toBe('2026-11-21T10:15:05.000Z');
    expect(until(429, { 'retry-after': 'soon', 'x-ratelimit-limit': 'many', 'x-ratelimit-usage': 'more' })).toBe(
      '2026-11-21T10:15:05.000Z',
    );
  });

  it('is not waited for by everybody until the same moment', () => {
    const spreadBy = (random: number, end: Date) => spread(end, at('10:00:00'), () => random).toISOString();
    expect(spreadBy(0, at('10:00:20'))).toBe('2026-11-21T10:00:20.000Z');
    expect(spreadBy(0.5, at('10:00:20'))).toBe('2026-11-21T10:00:30.000Z');
    expect(spreadBy(0.5, at('23:00:00'))).toBe('2026-11-21T23:05:00.000Z');
    expect(spreadBy(0.5, at('09:00:00'))).toBe('2026-11-21T09:00:00.000Z');
  });
});
