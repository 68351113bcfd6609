import { decode } from '@googlemaps/polyline-codec';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Place } from '../../../src/running-game/runs/assessment.ts';
import { distance } from '../../../src/running-game/runs/earth.ts';
import { draw, hideEnds } from '../../../src/running-game/runs/lines.ts';
import { lap, placeAt, QUAY, straight } from '../../support/tracks.ts';

const read = (line: string): Place[] => decode(line, 5).map(([lat, lon]) => ({ lat, lon }));
const ends = (line: readonly Place[]) => [line[0], line.at(-1)].flatMap((end) => end ?? []);
/** The nearest that a line, looked at every ten metres or so, comes to a place. */
const nearest = (line: readonly Place[], place: Place) =>
  Math.min(
    ...line.slice(1).flatMap((to, n) => {
      const from = line[n] ?? to;
      const parts = Math.ceil(distance(from, to) / 10) + 1;
      return Array.from({ length: parts }, (_, part) =>
        distance(place, {
          lat: from.lat + ((to.lat - from.lat) * part) / parts,
          lon: from.lon + ((to.lon - from.lon) * part) / parts,
        }),
      );
    }),
  );

describe('a line', () => {
  it('is drawn by as few places as five metres allow, with its ends', () => {
    expect(draw([straight({ at: 0, seconds: 2000 })]).map((line) => read(line).length)).toEqual([22]);
    const circle = lap({ at: 0, seconds: 1000 });
    const [line = ''] = draw([circle]);
    const drawn = read(line);
    expect(drawn.length).toBeLessThan(100);
    for (const place of circle.filter((_, n) => n % 20 === 0)) expect(nearest(drawn, place)).toBeLessThan(8);
  });

  it('is bounded, however long the run and however crooked', () => {
    const zigzag = Array.from({ length: 50_000 }, (_, n) => placeAt(QUAY, n * 5, (n % 2) * 40));
    const lines = Array.from({ length: 2000 }, (_, n) => zigzag.slice(n * 25, n * 25 + 2 + (n % 5)));
    for (const each of [[zigzag], lines]) {
      const drawn = draw(each);
      expect(drawn.flatMap(read).length).toBeLessThanOrEqual(2000);
      expect(drawn.length).toBeGreaterThan(0);
    }
  });
});

describe('what others see of a run', () => {
  const radius = 200;
  const metres = fc.integer({ min: -3000, max: 3000 });
  const anyLine = fc.tuple(
    fc.constantFrom(QUAY, { lat: -16.5, lon: 179.99 }, { lat: 78.2, lon: 15.6 }, { lat: 0, lon: 0 }),
    fc.array(fc.tuple(metres, metres), { minLength: 2, maxLength: 12 }),
  );

  it('comes no nearer to its start and its end than the radius, wherever it passes there', () => {
    fc.assert(
      fc.property(anyLine, ([origin, steps]) => {
        const line = steps.map(([east, north]) => placeAt(origin, east, north));
        for (const seen of hideEnds([line], ends(line), radius))
          for (const end of ends(line)) expect(nearest(seen, end)).toBeGreaterThan(radius);
      }),
    );
  });

  it('is the same from wherever in a square of the radius’ size a run began', () => {
    const away = straight({ from: placeAt(QUAY, 1000, 0), at: 0, seconds: 500 });
    const seenFrom = (home: Place) => hideEnds([[home, ...away]], [home, ...ends(away).slice(1)], radius);
    // The squares of the grid are counted from the equator and the meridian.
    const height = radius / (Math.PI * (6_371_008.8 / 180));
    const row = Math.floor(QUAY.lat / height);
    const width = height / Math.cos(((row + 0.5) * height * Math.PI) / 180);
    const column = Math.floor(QUAY.lon / width);
    const inSquare = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    const expected = seenFrom({ lat: (row + 0.5) * height, lon: (column + 0.5) * width });
    expect(expected.flat().length).toBeGreaterThan(100);
    fc.assert(
      fc.property(inSquare, inSquare, (north, east) => {
        expect(seenFrom({ lat: (row + north) * height, lon: (column + east) * width })).toEqual(expected);
      }),
    );
  });

  it('is most of a long run, in one piece, and nothing of a short one', () => {
    const [long, short] = [straight({ at: 0, seconds: 2000 }), straight({ at: 0, seconds: 100 })];
    const seen = hideEnds([long], ends(long), radius);
    expect(seen.length).toBe(1);
    expect(seen.flat().length).toBeGreaterThan(1600);
    expect(hideEnds([short], ends(short), radius)).toEqual([]);
  });

  it('has a gap where it passes its start again', () => {
    const out = straight({ at: 0, seconds: 700, heading: 90 });
    const back = straight({ from: placeAt(QUAY, 2100, 0), at: 701_000, seconds: 1400, heading: 270 });
    const line = [...out, ...back.slice(1)];
    expect(hideEnds([line], ends(line), radius).length).toBe(2);
  });

  it('is all of it where there is no radius', () => {
    const line = straight({ at: 0, seconds: 100 });
    expect(hideEnds([line], ends(line), 0)).toEqual([line]);
  });
});
