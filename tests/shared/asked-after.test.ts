import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isAskedAfter } from '../../src/shared/workflow/asked-after.ts';

const MINUTE = 60_000;
const since = new Date('2026-12-01T22:00:00.000Z');
const minutesOn = (minutes: number) => new Date(since.getTime() + minutes * MINUTE);
const entry = (id: string) => ({ id, due: since.toISOString() });

describe('the execution of something that is open', () => {
  it('is asked for in every pass of the first 15 minutes', () => {
    const one = entry(randomUUID());
    for (let minute = 0; minute < 15; minute++) expect(isAskedAfter(one, minutesOn(minute))).toBe(true);
  });

  it('is asked for once in any 15 minutes after that', () => {
    for (const one of Array.from({ length: 50 }, () => entry(randomUUID()))) {
      for (let first = 15; first < 600; first += 15) {
        const passes = Array.from({ length: 15 }, (_, minute) => isAskedAfter(one, minutesOn(first + minute)));
        expect(passes.filter((asked) => asked)).toHaveLength(1);
      }
    }
  });

  it('is asked for in one pass with few others', () => {
    const all = Array.from({ length: 3_000 }, (_, n) => entry(`occurrence-${n}`));
    for (let minute = 60; minute < 75; minute++) {
      const asked = all.filter((one) => isAskedAfter(one, minutesOn(minute))).length;
      expect(asked).toBeGreaterThan(100);
      expect(asked).toBeLessThan(300);
    }
  });
});
