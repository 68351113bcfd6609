import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellArea, cellToLatLng, cellToParent, gridDisk, latLngToCell, UNITS } from 'h3-js';
import { areaOf, type Box, viewOfBox, viewOfCell } from '../../../src/running-game/territories/areas.ts';
import { featureOf, Territories } from '../../../src/running-game/territories/map.ts';

const RESOLUTION = 10;
const METRES_A_DEGREE = 111_195;

const latitude = fc.double({ min: -89.5, max: 89.5, noNaN: true });
const longitude = fc.oneof(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.double({ min: 179.95, max: 180, noNaN: true }),
);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const inRange = (lon: number) => (lon > 180 ? lon - 360 : lon);

describe('a look at a box', () => {
  it('reads every area that has cells in it, wherever on the earth, and takes those whose middle is in it', () => {
    fc.assert(
      fc.property(latitude, longitude, share, share, (lat, west, up, right) => {
        const [height, width] = [8000 / METRES_A_DEGREE, 8000 / METRES_A_DEGREE / Math.cos((lat * Math.PI) / 180)];
        const south = Math.min(lat, 90 - height);
        const box: Box = [west, south, inRange(west + width), south + height];
        const view = viewOfBox(box, RESOLUTION);
        if (!view) throw new Error('11 km from corner to corner are not too large');
        const cell = latLngToCell(south + up * height, inRange(west + right * width), RESOLUTION);
        const [cellLat, cellLon] = cellToLatLng(cell);
        const isIn = south <= cellLat && cellLat <= south + height && (cellLon - west + 360) % 360 <= width;
        expect(view.isIn(cell)).toBe(isIn);
        if (isIn) expect(view.areas).toContain(areaOf(cell));
        // It is read in proportion to what is looked at: 64 km², and an area more on each side, of 3 km² each at the least.
        expect(view.areas.length).toBeLessThan(80);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused if it is too large, all around the earth, too', () => {
    expect(viewOfBox([20.9, 52.1, 21.0, 52.2], RESOLUTION)).toBeDefined();
    expect(viewOfBox([20.9, 52.1, 21.1, 52.3], RESOLUTION)).toBeUndefined();
    expect(viewOfBox([-180, -90, 180, 90], RESOLUTION)).toBeUndefined();
    expect(viewOfBox([-180, 0, 180, 0.01], RESOLUTION)).toBeUndefined();
    expect(viewOfBox([21.1, 52.1, 21.0, 52.2], RESOLUTION)).toBeUndefined();
    expect(viewOfBox([-180, 89.99, 180, 90], RESOLUTION)).toBeUndefined();
  });

  it('goes on beyond the 180th meridian where its east is less than its west', () => {
    const view = viewOfBox([179.97, -16.85, -179.97, -16.8], RESOLUTION);
    for (const lon of [179.98, -179.98]) expect(view?.isIn(latLngToCell(-16.82, lon, RESOLUTION))).toBe(true);
    expect(view?.isIn(latLngToCell(-16.82, 0, RESOLUTION))).toBe(false);
  });
});

describe('a look at a cell', () => {
  const cell = latLngToCell(52.23, 21.01, RESOLUTION);

  it('takes that cell, or all that are in a larger one, by as many areas as it has', () => {
    expect(viewOfCell(cell, RESOLUTION)?.areas).toEqual([areaOf(cell)]);
    expect(viewOfCell(cell, RESOLUTION)?.isIn(cell)).toBe(true);
    expect(viewOfCell(cell.toUpperCase(), RESOLUTION)?.isIn(cell)).toBe(true);
    expect(gridDisk(cell, 1).filter((each) => viewOfCell(cell, RESOLUTION)?.isIn(each))).toEqual([cell]);
    for (const [resolution, areas] of [
      [9, 1],
      [7, 1],
      [6, 7],
      [5, 49],
    ] as const) {
      const view = viewOfCell(cellToParent(cell, resolution), RESOLUTION);
      expect(view?.areas).toHaveLength(areas);
      expect(view?.areas).toContain(areaOf(cell));
      expect(view?.isIn(cell)).toBe(true);
      expect(view?.isIn(latLngToCell(0, 0, RESOLUTION))).toBe(false);
    }
  });

  it('is refused for what is none, too large, or smaller than what is captured', () => {
    const others = ['', 'cell', '8f', cellToParent(cell, 4), latLngToCell(52.23, 21.01, 11)];
    for (const other of others) expect(viewOfCell(other, RESOLUTION)).toBeUndefined();
  });
});

describe('the outline of a territory', () => {
  type Ring = readonly (readonly number[])[];
  /** By the shoelace formula, in square metres: positive where the ring runs counterclockwise. */
  function areaOfRing(ring: Ring): number {
    const [, lat = 0] = ring[0] ?? [];
    const square = METRES_A_DEGREE ** 2 * Math.cos((lat * Math.PI) / 180);
    const sum = ring.slice(1).reduce((total, [lon = 0, y = 0], n) => {
      const [lonBefore = 0, yBefore = 0] = ring[n] ?? [];
      return total + (lonBefore * y - lon * yBefore);
    }, 0);
    return (sum / 2) * square;
  }
  const ringsOf = (cells: string[]) =>
    Territories.parse({ type: 'FeatureCollection', features: [featureOf('somebody', cells)] }).features.flatMap(
      ({ geometry }) => geometry.coordinates.flat(),
    );

  it('is a valid one of as many square metres as its cells have, anywhere up to the polar circles', () => {
    const middles = fc.record({ lat: fc.double({ min: -66, max: 66, noNaN: true }), lon: longitude });
    fc.assert(
      fc.property(middles, fc.integer({ min: 0, max: 3 }), ({ lat, lon }, k) => {
        const cells = gridDisk(latLngToCell(lat, lon, RESOLUTION), k);
        const rings = ringsOf(cells);
        for (const ring of rings) {
          expect(ring.at(-1)).toEqual(ring[0]);
          expect(ring.length).toBeGreaterThanOrEqual(4);
          const longitudes = ring.map(([x = 0]) => x);
          // None goes all around the earth, as one would that is not cut at the 180th meridian.
          expect(Math.max(...longitudes) - Math.min(...longitudes)).toBeLessThan(1);
          for (const each of longitudes) expect(Math.abs(each)).toBeLessThanOrEqual(180);
        }
        const expected = cells.reduce((sum, cell) => sum + cellArea(cell, UNITS.m2), 0);
        const found = rings.reduce((sum, ring) => sum + areaOfRing(ring), 0);
        expect(found / expected).toBeGreaterThan(0.98);
        expect(found / expected).toBeLessThan(1.02);
      }),
      { numRuns: 200 },
    );
  });

  it('is of what was captured at another resolution, too', () => {
    const [fine, coarse] = [11, RESOLUTION].map((resolution) => gridDisk(latLngToCell(52.23, 21.01, resolution), 1));
    const expected = [...(fine ?? []), ...(coarse ?? [])].reduce((sum, cell) => sum + cellArea(cell, UNITS.m2), 0);
    const found = ringsOf([...(fine ?? []), ...(coarse ?? [])]).reduce((sum, ring) => sum + areaOfRing(ring), 0);
    expect(found / expected).toBeCloseTo(1, 1);
  });

  it('has a hole where a cell inside is somebody else’s', () => {
    const middle = latLngToCell(52.23, 21.01, RESOLUTION);
    const [outer, hole] = ringsOf(gridDisk(middle, 2).filter((cell) => cell !== middle));
    expect(areaOfRing(outer ?? [])).toBeGreaterThan(0);
    expect(areaOfRing(hole ?? [])).toBeLessThan(0);
  });

  it('is cut at the 180th meridian', () => {
    const sides = ringsOf([latLngToCell(-16.8, 180, RESOLUTION)]).map((ring) => Math.sign(ring[1]?.[0] ?? 0));
    expect(sides.toSorted()).toEqual([-1, 1]);
  });

  it.each([90, -90])('goes around a pole with the pole in it (%d)', (pole) => {
    const [ring = []] = ringsOf([latLngToCell(pole, 0, RESOLUTION)]);
    expect(ring).toEqual(
      expect.arrayContaining([
        [180, pole],
        [-180, pole],
      ]),
    );
    expect(ring.at(-1)).toEqual(ring[0]);
    const sum = ring.slice(1).reduce((total, [x = 0, y = 0], n) => {
      const [xBefore = 0, yBefore = 0] = ring[n] ?? [];
      return total + (xBefore * y - x * yBefore);
    }, 0);
    expect(sum).toBeGreaterThan(0);
  });
});
