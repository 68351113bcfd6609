import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pack, unpack } from '../../../src/running-game/runs/packed-points.ts';
import { dice } from '../../support/dice.ts';
import { placeAt, straight } from '../../support/tracks.ts';

const at = Date.parse('2026-12-01T17:00:00.000Z');
const random = dice(1);
/** As a receiver has them: each some metres off. */
const jittered = straight({ at, seconds: 999 }).map((point) => ({
  ...point,
  ...placeAt(point, random() * 6 - 3, random() * 6 - 3),
  accuracy: Math.round(random() * 100) / 10 + 3,
  altitude: Math.round(1000 + random() * 50) / 10,
}));

describe('packed points', () => {
  it('are what was packed, places to the centimetre, accuracies and altitudes to ten', () => {
    const degrees = (most: number) => fc.integer({ min: -most * 1e7, max: most * 1e7 }).map((n) => n / 1e7);
    const metres = fc.option(
      fc.integer({ min: -1000, max: 100_000 }).map((n) => n / 10),
      { nil: undefined },
    );
    const t = fc.integer({ min: 0, max: 4_000_000_000_000 });
    const point = fc.record({ t, lat: degrees(90), lon: degrees(180), accuracy: metres, altitude: metres });
    fc.assert(fc.property(fc.array(point), (points) => expect(unpack(pack(points).packed)).toEqual(points)));
  });

  it('are never more accurate than they were', () => {
    const [first] = straight({ at, seconds: 1 });
    if (!first) throw new Error('no points');
    const kept = [4.1, 19.96, 20, 20.0001].map(
      (accuracy) => unpack(pack([{ ...first, accuracy }]).packed)[0]?.accuracy,
    );
    expect(kept).toEqual([4.1, 20, 20, 20.1]);
  });

  it('are some bytes each', () => {
    expect(pack(jittered).packed.length / jittered.length).toBeLessThan(12);
  });

  it('have the same hash only where they are the same', () => {
    const [first, ...rest] = jittered;
    if (!first) throw new Error('no points');
    expect(pack(jittered).hash).toBe(pack([...jittered]).hash);
    for (const other of [rest, [{ ...first, t: first.t + 1 }, ...rest], [{ ...first, accuracy: undefined }, ...rest]])
      expect(pack(other).hash).not.toBe(pack(jittered).hash);
  });
});
