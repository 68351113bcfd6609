import {
  cellToChildren,
  cellToLatLng,
  cellToParent,
  getHexagonEdgeLengthAvg,
  getResolution,
  greatCircleDistance,
  gridDisk,
  isValidCell,
  latLngToCell,
  UNITS,
} from 'h3-js';
import type { CellOfArea } from './territory-store.ts';

/** An area is so many resolutions above its cells: 343 of them at most. */
const ABOVE = 3;

/** Cells that can be looked at as a whole are up to so many resolutions above areas, which makes 49 of these. */
const LOOKED_AT = 2;

/** Of a box, from corner to corner, in edges of areas: some 14 km for cells of resolution 10. So many rings of areas reach further than half of it. */
const LONGEST_DIAGONAL = 10;

/** From the middle of an area to the middle of its furthest cell, in edges, and a little more, as the earth's hexagons are of several sizes. */
const REACH = 1.75;

export const areaOf = (cell: string): string => cellToParent(cell, getResolution(cell) - ABOVE);

export const inItsArea = (cell: string): CellOfArea => ({ area: areaOf(cell), cell });

/** Degrees: west, south, east, north. West of its west an east is beyond the 180th meridian (RFC 7946, section 5.2). */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** What somebody looks at: areas to read, and which of their cells are meant. */
export interface View {
  readonly areas: readonly string[];
  isIn(cell: string): boolean;
}

/** What is in a box, a cell by its middle. Undefined for one that is too large. */
export function viewOfBox([west, south, east, north]: Box, resolution: number): View | undefined {
  const edge = getHexagonEdgeLengthAvg(resolution - ABOVE, UNITS.m);
  const width = east < west ? east - west + 360 : east - west;
  const lon = west + width / 2;
  const middle = [(south + north) / 2, lon > 180 ? lon - 360 : lon] as const;
  const corners = [south, north].flatMap((lat) => [west, east].map((each) => [lat, each] as const));
  const reach = Math.max(...corners.map((corner) => greatCircleDistance([...middle], [...corner], UNITS.m)));
  if (width > 180 || 2 * reach > LONGEST_DIAGONAL * edge) return undefined;
  const near = (area: string) => greatCircleDistance([...middle], cellToLatLng(area), UNITS.m) <= reach + REACH * edge;
  return {
    areas: gridDisk(latLngToCell(...middle, resolution - ABOVE), LONGEST_DIAGONAL).filter(near),
    isIn(cell) {
      const [lat, lon] = cellToLatLng(cell);
      return south <= lat && lat <= north && (lon - west + 360) % 360 <= width;
    },
  };
}

/** What is in a cell, or in a larger one. Undefined for what is none, smaller than those that are captured, or too large. */
export function viewOfCell(cell: string, resolution: number): View | undefined {
  if (!isValidCell(cell)) return undefined;
  const [own, ofAreas] = [getResolution(cell), resolution - ABOVE];
  if (own > resolution || own < ofAreas - LOOKED_AT) return undefined;
  // As it is written here, whatever letters it was asked for in.
  const whole = cellToParent(cell, own);
  return {
    areas: own > ofAreas ? [cellToParent(cell, ofAreas)] : cellToChildren(cell, ofAreas),
    isIn: (each) => cellToParent(each, own) === whole,
  };
}
