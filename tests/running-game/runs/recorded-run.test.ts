import { describe, expect, it } from '@jest/globals';
import { assess } from '../../../src/running-game/runs/assess.ts';
import { distance } from '../../../src/running-game/runs/earth.ts';
import { pointsOfGpx } from '../../../src/running-game/runs/gpx.ts';
import { hideEnds } from '../../../src/running-game/runs/lines.ts';
import { capturedCells } from '../../../src/running-game/territories/cells.ts';
import { HOUR } from '../../../src/shared/time.ts';
import { recordedRun } from '../../support/recorded-run.ts';

const points = pointsOfGpx(recordedRun);
const { pieces, ends, ...judged } = assess(points, { longest: 12 * HOUR });

describe('a run that a watch has recorded', () => {
  it('counts as a whole, and is as long as the package that it comes with says', () => {
    expect(points).toHaveLength(7745);
    expect(judged).toEqual({
      refused: [],
      flags: [],
      verdict: {
        counts: true,
        measures: {
          started_at: '2014-05-10T07:20:55.000Z',
          distance_m: 21_491,
          duration_s: 7896,
          moving_s: 7780,
          pace_s_per_km: 362,
        },
      },
    });
  });

  it('is a loop, of which others do not see where it begins, and captures what it encloses', () => {
    const shown = hideEnds(pieces, ends, 200);
    const near = shown.flat().filter((place) => ends.some((end) => distance(end, place) < 200));
    expect(near).toEqual([]);
    expect(shown.flat().length).toBeGreaterThan(pieces.flat().length * 0.9);
    const limits = { resolution: 10, mostCells: 5000 };
    const cells = capturedCells({ pieces, shown }, limits);
    const line = capturedCells({ pieces: shown, shown }, limits);
    expect(cells.length).toBeGreaterThan(line.length);
  });
});
