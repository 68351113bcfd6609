import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  CodeExpired,
  CodesLimited,
  CodeWornOut,
  CodeWrong,
  checkCode,
  drawCode,
  issueCode,
  type Verification,
} from '../../src/users/verification.ts';

const secret = 'a secret of at least thirty-two characters';
const start = Date.parse('2026-12-01T08:00:00.000Z');
const at = (seconds: number) => new Date(start + seconds * 1000);
const to = { userId: 'u1', channel: 'sms' as const, address: '+48123456789', code: '012345' };
const given = { userId: 'u1', channel: 'sms' as const, code: '012345' };

describe('sending codes', () => {
  it('waits a minute after each, and says how long', () => {
    const first = issueCode(undefined, to, secret, at(0));
    expect(() => issueCode(first, to, secret, at(59.5))).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }));
    expect(issueCode(first, to, secret, at(60)).codes_that_day).toBe(2);
  });

  it('sends five in a day, then waits for the next one', () => {
    let last: Verification | undefined;
    for (let n = 0; n < 5; n++) last = issueCode(last, to, secret, at(n * 60));
    expect(() => issueCode(last, to, secret, at(3600))).toThrow(
      expect.objectContaining({ retryAfterSeconds: 24 * 3600 - 3600 }),
    );
    expect(issueCode(last, to, secret, at(24 * 3600)).codes_that_day).toBe(1);
  });

  it('never sends more than five within any day that begins with a code, nor two within a minute', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 60 }), (pauses) => {
        let last: Verification | undefined;
        let clock = 0;
        const sent: number[] = [];
        for (const pause of pauses) {
          clock += pause;
          try {
            last = issueCode(last, to, secret, at(clock));
            sent.push(clock);
          } catch (error) {
            if (!(error instanceof CodesLimited)) throw error;
            expect(error.retryAfterSeconds).toBeGreaterThan(0);
          }
        }
        expect(sent.every((time, n) => n === 0 || time - (sent[n - 1] ?? 0) >= 60)).toBe(true);
        let dayBegan = Number.NEGATIVE_INFINITY;
        let thatDay = 0;
        for (const time of sent) {
          if (time >= dayBegan + 24 * 3600) [dayBegan, thatDay] = [time, 0];
          thatDay++;
          expect(thatDay).toBeLessThanOrEqual(5);
        }
      }),
    );
  });

  it('keeps nothing from which the code could be read', () => {
    const record = issueCode(undefined, to, secret, at(0));
    expect(JSON.stringify(record)).not.toContain('012345');
    expect(issueCode(undefined, to, 'another secret of that many characters', at(0)).digest).not.toBe(record.digest);
  });
});

describe('taking a code', () => {
  const sent = issueCode(undefined, to, secret, at(0));
  const attempt = (n: number) => ({ ...sent, attempts: n });

  it('tells the address that it proves', () => {
    expect(checkCode(attempt(1), given, secret, at(599))).toBe('+48123456789');
  });

  it.each([
    ['a wrong code', attempt(5), { ...given, code: '012346' }, 1, CodeWrong],
    ['another user', attempt(1), { ...given, userId: 'u2' }, 1, CodeWrong],
    ['a code after ten minutes', attempt(1), given, 600, CodeExpired],
    ['the right code at the sixth attempt', attempt(6), given, 1, CodeWornOut],
  ])('refuses %s', (_, verification, guess, seconds, error) => {
    expect(() => checkCode(verification, guess, secret, at(seconds))).toThrow(error);
  });
});

it('a drawn code has six digits', () => {
  for (let n = 0; n < 1000; n++) expect(drawCode()).toMatch(/^\d{6}$/);
});
