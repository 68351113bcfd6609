import { describe, expect, it } from '@jest/globals';
import { assess } from '../../../src/running-game/runs/assess.ts';
import { MOST_POINTS } from '../../../src/running-game/runs/run.ts';
import { drawn } from '../../../src/running-game/runs/save-run.ts';
import { HOUR } from '../../../src/shared/time.ts';
import { straight } from '../../support/tracks.ts';

const at = Date.parse('2026-12-01T17:00:00.000Z');

describe('what is drawn of a track', () => {
  it('is all of it for its runner, and less for others', () => {
    const { polylines, shown } = drawn(assess(straight({ at, seconds: 1000 }), { longest: HOUR }), 200);
    expect(polylines).toHaveLength(1);
    expect(shown).toHaveLength(1);
    expect(shown).not.toEqual(polylines);
  });

  it('is nothing where it leaps as often as it can, which keeps nobody who finishes an event', () => {
    // Every fourth point is kilometres from the one before.
    const points = Array.from({ length: MOST_POINTS }, (_, n) => {
      const leap = Math.floor(n / 4);
      return { t: at + n * 600, lat: -60 + Math.floor(leap / 120) + (n % 4) * 0.00005, lon: leap % 120 };
    });
    const assessment = assess(points, { longest: 12 * HOUR });
    expect(assessment.verdict).toEqual({ counts: false, reason: 'TOO_MANY_LEAPS' });
    expect(drawn(assessment, 200)).toEqual({ polylines: [], shown: [] });
  });
});
