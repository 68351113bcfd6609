import { type CoordPair, cellsToMultiPolygon, cellToBoundary, getResolution, latLngToCell } from 'h3-js';
import * as z from 'zod';

const Position = z.array(z.number()).length(2);

/** The cells of one person (RFC 7946): longitude before latitude, WGS 84; outer rings counterclockwise. */
const Feature = z.object({
  type: z.literal('Feature'),
  geometry: z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(z.array(Position))) }),
  properties: z.object({ user_id: z.string(), cells: z.int().min(1).describe('How many cells these are') }),
});

/** Nobody's cells are in none of the features. */
export const Territories = z.object({ type: z.literal('FeatureCollection'), features: z.array(Feature) });

type Ring = CoordPair[];

/** A decimetre of latitude: more digits only make an answer longer. */
const DIGITS = 6;

/** The outline of cells as one person's territory. */
export function featureOf(userId: string, cells: readonly string[]): z.input<typeof Feature> {
  const torn = cells.filter(crossesAntimeridian);
  const whole = torn.length === 0 ? cells : cells.filter((cell) => !crossesAntimeridian(cell));
  // Of another setting of the resolution some may be left, and H3 joins only what is of one.
  const joined = [...Map.groupBy(whole, getResolution).values()].flatMap((same) => cellsToMultiPolygon(same, true));
  const coordinates = [...joined, ...torn.flatMap(halvesOf)];
  return {
    type: 'Feature',
    geometry: {
      type: 'MultiPolygon',
      coordinates: coordinates.map((rings) => rings.map((ring) => ring.map((position) => position.map(rounded)))),
    },
    properties: { user_id: userId, cells: cells.length },
  };
}

const rounded = (degrees: number) => Number(degrees.toFixed(DIGITS));

const ringOf = (cell: string): Ring => cellToBoundary(cell, true).slice(0, -1);

function crossesAntimeridian(cell: string): boolean {
  const longitudes = ringOf(cell).map(([lon]) => lon);
  return Math.max(...longitudes) - Math.min(...longitudes) > 180;
}

/** A cell that the 180th meridian goes through is cut there (RFC 7946, section 3.1.9). */
function halvesOf(cell: string): Ring[][] {
  const ring = ringOf(cell);
  for (const pole of [90, -90]) {
    if (latLngToCell(pole, 0, getResolution(cell)) === cell) return [[aroundPole(ring, pole)]];
  }
  const unrolled = ring.map(([lon, lat]): CoordPair => [lon < 0 ? lon + 360 : lon, lat]);
  const east = half(unrolled, 1);
  const west = half(unrolled, -1).map(([lon, lat]): CoordPair => [lon - 360, lat]);
  return [east, west].map((each) => [closed(each)]);
}

/** What of a ring is east of the 180th meridian (`side` 1), or beyond it (-1). */
const half = (ring: Ring, side: 1 | -1): Ring =>
  ring.flatMap(([lon, lat], n) => {
    const [lonBefore, latBefore] = ring.at(n - 1) ?? [lon, lat];
    const [was, is] = [(180 - lonBefore) * side >= 0, (180 - lon) * side >= 0];
    const share = (180 - lonBefore) / (lon - lonBefore);
    const cut: Ring = was === is ? [] : [[180, latBefore + (lat - latBefore) * share]];
    return is ? [...cut, [lon, lat]] : cut;
  });

/** All around a pole: along the ring from west to east, and back along the pole, which is a line on such a map. */
function aroundPole(ring: Ring, pole: number): Ring {
  const eastward = ring.toSorted(([a], [b]) => a - b);
  const [first, last] = [eastward[0]?.[1] ?? pole, eastward.at(-1)?.[1] ?? pole];
  const atEdge = (first + last) / 2;
  const outline: Ring = [[-180, atEdge], ...eastward, [180, atEdge], [180, pole], [-180, pole]];
  return closed(pole > 0 ? outline : outline.toReversed());
}

const closed = (ring: Ring): Ring => [...ring, ...ring.slice(0, 1)];
