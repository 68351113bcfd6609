import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellToLatLng, greatCircleDistance, gridDisk, gridDistance, gridRing, latLngToCell, UNITS } from 'h3-js';
import type { Place } from '../../../src/running-game/runs/assessment.ts';
import { capturedCells } from '../../../src/running-game/territories/cells.ts';

const RESOLUTION = 10;
const limits = { resolution: RESOLUTION, mostCells: 1000 };
const METRE = 1 / 111_195;
const RADIANS = Math.PI / 180;
const EVERYTHING = { resolution: RESOLUTION, mostCells: 100_000 };

type Vector = readonly [number, number, number];

/** Places on a circle around a place, that many metres away from it, back to where it began; by vectors, which know no poles. */
function circle({ lat, lon }: Place, radius: number, steps = 240): Place[] {
  const [phi, lambda, reach] = [lat * RADIANS, lon * RADIANS, radius * METRE * RADIANS];
  const [sinPhi, cosPhi, sinLambda, cosLambda] = [Math.sin(phi), Math.cos(phi), Math.sin(lambda), Math.cos(lambda)];
  const middle: Vector = [cosPhi * cosLambda, cosPhi * sinLambda, sinPhi];
  const north: Vector = [-sinPhi * cosLambda, -sinPhi * sinLambda, cosPhi];
  const east: Vector = [-sinLambda, cosLambda, 0];
  return Array.from({ length: steps + 1 }, (_, n) => {
    const bearing = (2 * Math.PI * (n % steps)) / steps;
    const on = (axis: 0 | 1 | 2) =>
      middle[axis] * Math.cos(reach) +
      (north[axis] * Math.cos(bearing) + east[axis] * Math.sin(bearing)) * Math.sin(reach);
    const [x, y, z] = [on(0), on(1), on(2)];
    return { lat: Math.atan2(z, Math.hypot(x, y)) / RADIANS, lon: Math.atan2(y, x) / RADIANS };
  });
}

/** Places a few steps apart from one to the next of the given ones. */
const along = (...corners: Place[]): Place[] =>
  corners.flatMap((from, n) => {
    const to = corners[n + 1] ?? from;
    const steps = 100;
    return Array.from({ length: n + 1 < corners.length ? steps : 1 }, (_, step) => ({
      lat: from.lat + ((to.lat - from.lat) * step) / steps,
      lon: from.lon + ((to.lon - from.lon) * step) / steps,
    }));
  });

const open = (...pieces: Place[][]) => ({ pieces, shown: pieces });
const cellOf = ({ lat, lon }: Place) => latLngToCell(lat, lon, RESOLUTION);
const WARSAW = { lat: 52.23, lon: 21.01 };
const at = (north: number, east: number): Place => ({
  lat: WARSAW.lat + north * METRE,
  lon: WARSAW.lon + (east * METRE) / Math.cos(WARSAW.lat * RADIANS),
});

describe('what a run captures', () => {
  it('is every cell that it leads through, without a gap, in its order', () => {
    const cells = capturedCells(open(along(at(0, 0), at(2000, 500))), limits);
    expect(cells[0]).toBe(cellOf(at(0, 0)));
    expect(cells.at(-1)).toBe(cellOf(at(2000, 500)));
    for (const [n, cell] of cells.slice(1).entries()) expect(gridDistance(cells[n] ?? '', cell)).toBe(1);
  });

  it('is what a loop encloses, besides', () => {
    const loop = circle(WARSAW, 1000);
    const cells = capturedCells(open(loop), limits);
    expect(new Set(cells).size).toBe(cells.length);
    // A circle of that radius has an area of 208 of these cells, of 15,047 m² each; its line goes through some 50 that are partly outside.
    expect(cells.length).toBeGreaterThan(208);
    expect(cells.length).toBeLessThan(270);
    expect(cells).toContain(cellOf(WARSAW));
  });

  it('counts as a loop if start and end are 50 metres apart, and not if a street is between them', () => {
    const fine = { resolution: 12, mostCells: 5000 };
    const loop = circle(WARSAW, 500, 1000);
    const without = (metres: number) => loop.slice(0, Math.floor(loop.length * (1 - metres / (2 * Math.PI * 500))));
    const middle = latLngToCell(WARSAW.lat, WARSAW.lon, 12);
    expect(capturedCells(open(without(45)), fine)).toContain(middle);
    expect(capturedCells(open(without(120)), fine)).not.toContain(middle);
  });

  it('is both sides of an eight, and the loop of a lollipop with its stick', () => {
    const [north, south] = [circle(at(600, 0), 600, 240), circle(at(-600, 0), 600, 240)];
    const eight = capturedCells(open([...north.slice(120), ...north.slice(0, 121), ...south]), limits);
    expect(eight).toEqual(expect.arrayContaining([cellOf(at(600, 0)), cellOf(at(-600, 0))]));

    const stick = along(at(-2000, 0), at(-600, 0));
    const round = circle(at(0, 0), 600);
    const lollipop = [...stick, ...round.slice(120), ...round.slice(0, 121), ...stick.toReversed()];
    const captured = capturedCells(open(lollipop), limits);
    expect(captured).toEqual(expect.arrayContaining([cellOf(at(0, 0)), cellOf(at(-1300, 0))]));
    expect(captured).not.toContain(cellOf(at(-1300, 400)));
  });

  it('does not close over a leap, nor over a gap that nobody knows the way of', () => {
    const loop = circle(WARSAW, 1000);
    const leap = open(loop.slice(0, 100), loop.slice(140));
    expect(capturedCells(leap, limits)).not.toContain(cellOf(WARSAW));
    const gap = open(loop.filter((_, n) => n < 100 || n >= 140));
    expect(capturedCells(gap, limits)).not.toContain(cellOf(WARSAW));
  });

  it('is no more than the limit: of the line what comes first, then what lies nearest to it', () => {
    const loop = open(circle(WARSAW, 1000));
    const all = capturedCells(loop, EVERYTHING);
    const some = capturedCells(loop, { resolution: RESOLUTION, mostCells: 100 });
    expect(some).toEqual(all.slice(0, 100));
    expect(some).not.toContain(cellOf(WARSAW));
    expect(capturedCells(loop, { resolution: RESOLUTION, mostCells: 3 })[0]).toBe(
      cellOf(circle(WARSAW, 1000)[0] ?? WARSAW),
    );
  });

  it('does not tell where an open run begins and ends, and keeps the line of a loop whole', () => {
    const line = along(at(0, 0), at(3000, 0));
    const captured = capturedCells({ pieces: [line], shown: [line.slice(20, 80)] }, limits);
    expect(captured).toContain(cellOf(at(1500, 0)));
    for (const end of [at(0, 0), at(200, 0), at(2800, 0), at(3000, 0)]) expect(captured).not.toContain(cellOf(end));

    const loop = circle(WARSAW, 1000);
    const hidden = capturedCells({ pieces: [loop], shown: [loop.slice(20, -20)] }, limits);
    expect(new Set(hidden)).toEqual(new Set(capturedCells(open(loop), limits)));
  });

  it('is the same over the limit from wherever in the hidden part a loop was begun', () => {
    const loop = circle(WARSAW, 1000).slice(0, -1);
    const shown = [loop.slice(40, 200)];
    const begun = (at: number) => [...loop.slice(at), ...loop.slice(0, at + 1)];
    const all = capturedCells({ pieces: [begun(0)], shown }, limits).length;
    for (const mostCells of [20, 50, 80, all - 1]) {
      const few = { resolution: RESOLUTION, mostCells };
      const [first, ...others] = [0, 15, 225].map((at) =>
        capturedCells({ pieces: [begun(at)], shown }, few).toSorted(),
      );
      for (const other of others) expect(other).toEqual(first);
    }
  });

  it('is what a small loop goes around, of which nobody may see anything, and not the way there', () => {
    const laps = [1, 2].flatMap(() => circle(WARSAW, 64));
    const captured = capturedCells({ pieces: [laps], shown: [] }, limits);
    expect(captured.length).toBeGreaterThan(1);
    expect(captured).toContain(cellOf(WARSAW));

    const round = circle(WARSAW, 64, 240);
    const stick = along(at(-300, 0), at(-64, 0));
    const there = [...stick, ...round.slice(120), ...round.slice(0, 121), ...stick.toReversed()];
    expect(new Set(capturedCells({ pieces: [there], shown: [] }, limits))).toEqual(new Set(captured));
    // Wherever on it the runner begins.
    for (const start of [30, 100, 200]) {
      const turned = [...round.slice(start), ...round.slice(0, start + 1)];
      expect(new Set(capturedCells({ pieces: [turned], shown: [] }, limits))).toEqual(new Set(captured));
    }
  });

  it('is nothing if nobody may see any of it and it goes around nothing, or there is no way at all', () => {
    const thereAndBack = [...along(at(0, 0), at(150, 0)), ...along(at(150, 0), at(0, 0))];
    expect(capturedCells({ pieces: [thereAndBack], shown: [] }, limits)).toEqual([]);
    expect(capturedCells({ pieces: [along(at(0, 0), at(150, 0))], shown: [] }, limits)).toEqual([]);
    expect(capturedCells(open(), limits)).toEqual([]);
  });
});

describe('anywhere on the earth', () => {
  const anywhere = fc.record({
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  /** Where maps of other kinds have their trouble: the 180th meridian, the poles, a pentagon. */
  const awkward = fc.constantFrom(
    { lat: -16.8, lon: 180 },
    { lat: 66, lon: -179.99 },
    { lat: 90, lon: 0 },
    { lat: -90, lon: 0 },
    { lat: -89.99, lon: 77 },
    ...['8a0800000007fff', '8a1c00000007fff', '8ad600000007fff'].map((pentagon) => {
      const [lat, lon] = cellToLatLng(pentagon);
      return { lat, lon };
    }),
  );

  it('a loop captures its line and all that is inside, and nothing from beyond its line', () => {
    fc.assert(
      fc.property(fc.oneof(anywhere, awkward), fc.integer({ min: 250, max: 1200 }), (middle, radius) => {
        const loop = circle(middle, radius);
        const captured = new Set(capturedCells(open(loop), EVERYTHING));
        const line = new Set(loop.map(cellOf));
        for (const cell of line) expect(captured).toContain(cell);
        expect(captured).toContain(cellOf(middle));
        // There are no holes.
        for (const cell of captured) {
          const isInside = greatCircleDistance(cellToLatLng(cell), [middle.lat, middle.lon], UNITS.m) < radius - 200;
          if (isInside) for (const next of gridDisk(cell, 1)) expect(captured).toContain(next);
        }
        expect(captured).not.toContain(cellOf(circle(middle, radius + 400)[0] ?? middle));
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('a loop is the same whichever way it was run, and wherever it was begun', () => {
    fc.assert(
      fc.property(fc.oneof(anywhere, awkward), fc.integer({ min: 0, max: 239 }), (middle, begin) => {
        const loop = circle(middle, 700).slice(0, -1);
        const turned = [...loop.slice(begin), ...loop.slice(0, begin + 1)];
        const captured = new Set(capturedCells(open(turned), EVERYTHING));
        expect(new Set(capturedCells(open(turned.toReversed()), EVERYTHING))).toEqual(captured);
        expect(new Set(capturedCells(open([...loop, ...loop.slice(0, 1)]), EVERYTHING)).size).toBe(captured.size);
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('a ring of cells encloses all that is in it, a pentagon, too', () => {
    for (const middle of ['8a0800000007fff', '8a1c00000007fff', cellOf(WARSAW)]) {
      const ring = gridRing(middle, 4).map((cell) => {
        const [lat, lon] = cellToLatLng(cell);
        return { lat, lon };
      });
      const captured = capturedCells(open([...ring, ...ring.slice(0, 1)]), EVERYTHING);
      expect(captured).toEqual(expect.arrayContaining(gridDisk(middle, 3)));
    }
  });
});
