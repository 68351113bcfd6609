import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assess } from '../../../src/running-game/runs/assess.ts';
import type { Point } from '../../../src/running-game/runs/assessment.ts';
import { distance } from '../../../src/running-game/runs/earth.ts';
import { HOUR, MINUTE } from '../../../src/shared/time.ts';
import { dice } from '../../support/dice.ts';
import { lap, placeAt, QUAY, straight } from '../../support/tracks.ts';

const at = Date.parse('2026-12-01T17:00:00.000Z');
const limits = { longest: 12 * HOUR };
const second = (n: number) => new Date(at + n * 1000).toISOString();

const measured = (points: readonly Point[], by = limits) => {
  const { verdict } = assess(points, by);
  if (!verdict.counts) throw new Error(verdict.reason);
  return verdict.measures;
};
/** With what `change` makes of the nth point. */
const changed = (points: readonly Point[], n: number, change: Partial<Point>) =>
  points.map((point, index) => (index === n ? { ...point, ...change } : point));

describe('the distance between two places', () => {
  it.each([
    // A degree on the meridian of a sphere of the mean radius, and half its equator.
    [{ lat: 0, lon: 0 }, { lat: 1, lon: 0 }, 111_195.08],
    [{ lat: 0, lon: 0 }, { lat: 0, lon: 180 }, 20_015_114.44],
    // Across the antimeridian.
    [{ lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 }, 111_195.08],
  ])('of %j and %j is %d m', (a, b, metres) => {
    expect(distance(a, b)).toBeCloseTo(metres, 1);
  });
});

// The track goes by steps of 6 m, and by one of 9 m where a point is left out; a last one of 3 m adds nothing.
describe('a track', () => {
  it('has its distance, its duration and its pace', () => {
    expect(assess(straight({ at, seconds: 1000 }), limits)).toMatchObject({ refused: [], flags: [] });
    expect(measured(straight({ at, seconds: 1000 }))).toEqual({
      started_at: second(0),
      distance_m: 3000,
      duration_s: 1000,
      moving_s: 1000,
      pace_s_per_km: 333,
    });
  });

  it('is without what its device believes to be further off than 20 m', () => {
    const points = changed(changed(straight({ at, seconds: 100 }), 10, { accuracy: 20 }), 20, { accuracy: 20.1 });
    const spoilt = changed(points, 30, { ...placeAt(QUAY, 90, 9), accuracy: 50 });
    expect(assess(spoilt, limits).refused).toEqual([{ reason: 'ACCURACY', count: 2, first_at: second(20) }]);
    expect(measured(spoilt).distance_m).toBe(297);
  });

  it('is taken without accuracy, too', () => {
    const points = straight({ at, seconds: 100 }).map(({ accuracy, ...point }) => point);
    expect(assess(points, limits).refused).toEqual([]);
  });

  it('is without a point that it would have to be faster than 10 m/s for, and goes on after it', () => {
    const points = changed(straight({ at, seconds: 100 }), 50, placeAt(QUAY, 150, 400));
    expect(assess(points, limits)).toMatchObject({
      refused: [{ reason: 'TOO_FAST', count: 1, first_at: second(50) }],
      flags: [],
    });
    expect(measured(points).distance_m).toBe(297);
  });

  it('may be as fast as 10 m/s', () => {
    expect(assess(straight({ at, seconds: 90, speed: 9.99 }), limits).refused).toEqual([]);
    const ridden = assess(straight({ at, seconds: 90, speed: 10.1 }), limits);
    expect(ridden.refused).toEqual([{ reason: 'TOO_FAST', count: 90, first_at: second(1) }]);
    expect(ridden.verdict).toEqual({ counts: false, reason: 'NO_POINTS_LEFT' });
  });

  it('leaps where it goes on elsewhere, without the leap’s distance, and says so', () => {
    const first = straight({ at, seconds: 100 });
    const far = placeAt(QUAY, 50_000, 0);
    const points = [...first, ...straight({ from: far, at: at + 101_000, seconds: 100 })];
    const { refused, flags, pieces, ends } = assess(points, limits);
    expect(refused).toEqual([{ reason: 'TOO_FAST', count: 2, first_at: second(101) }]);
    expect(flags).toMatchObject([{ flag: 'TELEPORT', count: 1, first_at: second(103) }]);
    expect(pieces.length).toBe(2);
    expect(ends.map((end) => points.findIndex(({ lat, lon }) => lat === end.lat && lon === end.lon))).toEqual([
      0, 100, 103, 201,
    ]);
    // The two points that it took to believe it are 6 m.
    expect(measured(points)).toMatchObject({ distance_m: 594, duration_s: 201 });
  });

  it('is not the longer for a ride: a car is too fast, and where it stops the track leaps to', () => {
    const run = straight({ at, seconds: 100 });
    const ride = straight({ from: placeAt(QUAY, 300, 0), at: at + 100_000, seconds: 600, speed: 16 }).slice(1);
    const stop = placeAt(QUAY, 300 + 9600, 0);
    const after = straight({ from: stop, at: at + 700_000, seconds: 100 }).slice(1);
    const { refused, flags } = assess([...run, ...ride, ...after], limits);
    expect(refused).toMatchObject([{ reason: 'TOO_FAST' }]);
    expect(flags).toMatchObject([{ flag: 'TELEPORT', count: 1 }]);
    expect(Math.abs(measured([...run, ...ride, ...after]).distance_m - 600)).toBeLessThan(10);
  });

  it.each([
    // 1.2 km at 8 m/s, faster than anybody; at 7 m/s; 900 m at 9 m/s.
    [1200, 150, 1],
    [1200, 171, 0],
    [900, 100, 0],
  ])('that has a gap of %d m in %d s leaps %d times', (metres, seconds, leaps) => {
    const before = straight({ at, seconds: 100 });
    const from = placeAt(QUAY, 300 + metres, 0);
    const points = [...before, ...straight({ from, at: at + (100 + seconds) * 1000, seconds: 100 })];
    expect(assess(points, limits).flags.length).toBe(leaps);
    expect(measured(points).distance_m).toBe(leaps ? 600 : 600 + metres);
  });

  it('that leaps again and again is none', () => {
    const points = Array.from({ length: 21 }, (_, n) =>
      straight({ from: placeAt(QUAY, n * 5000, 0), at: at + n * 30_000, seconds: 29 }),
    ).flat();
    expect(assess(points, limits).verdict.counts).toBe(true);
    const once = straight({ from: QUAY, at: at + 21 * 30_000, seconds: 29 });
    expect(assess([...points, ...once], limits).verdict).toEqual({ counts: false, reason: 'TOO_MANY_LEAPS' });
  });

  it('is by the clock', () => {
    const points = straight({ at, seconds: 100 });
    const [early, same, soon] = [{ t: at + 10_000 }, { t: at + 49_000 }, { t: at + 69_499 }];
    const odd = changed(changed(changed(points, 30, early), 50, same), 70, soon);
    expect(assess(odd, limits).refused).toEqual([
      { reason: 'CLOCK_BACKWARDS', count: 1, first_at: second(10) },
      { reason: 'DUPLICATE', count: 2, first_at: second(49) },
    ]);
    expect(measured(odd).distance_m).toBe(297);
  });

  it('counts for so long, and within its event', () => {
    const points = straight({ at, seconds: 300 });
    expect(assess(points, { longest: 4 * MINUTE }).refused).toEqual([
      { reason: 'TOO_LONG', count: 60, first_at: second(241) },
    ]);
    const window = { from: at + 100_000, until: at + 200_000 };
    const within = assess(points, { ...limits, window });
    expect(within.refused).toEqual([{ reason: 'OUTSIDE_EVENT', count: 200, first_at: second(0) }]);
    expect(measured(points, { ...limits, ...{ window } })).toMatchObject({ started_at: second(100), duration_s: 100 });
  });

  it('that stands has no distance, and its pace is that of the time in motion', () => {
    const random = dice(1);
    const walk = straight({ at, seconds: 100 });
    const end = placeAt(QUAY, 300, 0);
    const rest = Array.from({ length: 600 }, (_, n) => ({
      ...placeAt(end, random() * 4 - 2, random() * 4 - 2),
      t: at + (101 + n) * 1000,
    }));
    const { distance_m, duration_s, pace_s_per_km } = measured([...walk, ...rest]);
    expect(Math.abs(distance_m - 300)).toBeLessThanOrEqual(5);
    expect(duration_s).toBe(700);
    expect(Math.abs(pace_s_per_km - 333)).toBeLessThan(10);
  });

  it.each([1, 2, 3])('of a receiver that wanders by metres is right within two per cent (seed %i)', (seed) => {
    const random = dice(seed);
    const wander = [0, 0];
    // What a receiver is off changes by little from second to second, and comes back to nothing within some ten of them.
    const track = lap({ at, seconds: 3000 }).map((point) => {
      wander.forEach((off, n) => {
        wander[n] = 0.9 * off + random() - 0.5;
      });
      return { ...point, ...placeAt(point, wander[0] ?? 0, wander[1] ?? 0) };
    });
    const { distance_m } = measured(track);
    expect(Math.abs(distance_m - 9000)).toBeLessThan(180);
  });

  it('goes on after a rest: the first step out of it counts for the distance, and not for the pace', () => {
    const [before, rest] = [straight({ at, seconds: 100 }), 300];
    const after = straight({ from: placeAt(QUAY, 306, 0), at: at + (100 + rest) * 1000, seconds: 100 });
    const { distance_m, duration_s, moving_s, pace_s_per_km } = measured([...before, ...after]);
    expect([distance_m, duration_s, moving_s, pace_s_per_km]).toEqual([606, 500, 200, 333]);
  });

  it('of which too little is left is rejected', () => {
    expect(assess([], limits).verdict).toEqual({ counts: false, reason: 'NO_POINTS_LEFT' });
    expect(assess(straight({ at, seconds: 0 }), limits).verdict).toEqual({ counts: false, reason: 'NO_POINTS_LEFT' });
    expect(assess(straight({ at, seconds: 33 }), limits).verdict).toEqual({ counts: false, reason: 'TOO_SHORT' });
    expect(assess(straight({ at, seconds: 34 }), limits).verdict.counts).toBe(true);
  });

  const anyPoint = fc.record(
    {
      t: fc.integer({ min: at, max: at + HOUR }),
      lat: fc.double({ min: 52.2, max: 52.3, noNaN: true }),
      lon: fc.double({ min: 21, max: 21.1, noNaN: true }),
      accuracy: fc.double({ min: 0, max: 40, noNaN: true }),
    },
    { requiredKeys: ['t', 'lat', 'lon'] },
  );

  it('whatever it is, is never faster than 10 m/s, and each of its points counts or is refused for one reason', () => {
    fc.assert(
      fc.property(fc.array(anyPoint, { maxLength: 200 }), fc.boolean(), (points, sorted) => {
        const track = sorted ? points.toSorted((a, b) => a.t - b.t) : points;
        const { refused, verdict, pieces, flags } = assess(track, limits);
        expect(refused.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(track.length);
        expect(pieces.length).toBeLessThanOrEqual(1 + flags.reduce((sum, { count }) => sum + count, 0));
        if (!verdict.counts) return;
        const { distance_m, duration_s, moving_s } = verdict.measures;
        expect(moving_s).toBeLessThanOrEqual(duration_s + 1);
        expect(distance_m).toBeLessThanOrEqual((duration_s + 1) * 10);
      }),
    );
  });
});
