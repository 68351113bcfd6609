import {
  areNeighborCells,
  type CoordPair,
  cellToChildren,
  cellToLatLng,
  getResolution,
  greatCircleDistance,
  gridDisk,
  latLngToCell,
  UNITS,
} from 'h3-js';
import type { Place } from '../runs/assessment.ts';
import { type Offset, offsetFrom } from '../runs/earth.ts';

/** Where a run led. */
export interface Track {
  /** Between leaps, over which no line is drawn. */
  readonly pieces: readonly (readonly Place[])[];
  /** What of these others may see: without the surroundings of its start and its end. */
  readonly shown: readonly (readonly Place[])[];
}

export interface CaptureLimits {
  /** Of the cells; H3's, 0 to 15. */
  readonly resolution: number;
  /** So many cells a run captures at most. */
  readonly mostCells: number;
}

/** Start and end that are no further apart are one place: the run is a loop. Metres. */
const CLOSED_WITHIN = 50;

/** Over what is longer without a place in between no line is drawn: nobody knows where it led. Metres. */
const LONGEST_GAP = 500;

/** What is larger than so many cells is not looked through to the end, and counts as outside. */
const MOST_ENCLOSED = 20_000;

/** A closed line of more cells has some inside. */
const SMALL_LOOP = 30;

/** H3's resolutions that are looked at below the cells' own: each cell has 49 parts there. */
const FINER = 2;
const FINEST = 15;

/** Of the parts of a cell so many lie within a small loop that it is taken for enclosed, and not for the way there. */
const ENOUGH_PARTS = 5;

/**
 * The cells that a run captures: those that it leads through, in its order, then those that it encloses, from the line inwards, up to the
 * limit. What cannot be left without crossing the line is enclosed, however often that crosses itself, and wherever on the earth it is.
 *
 * Where others may not see the line, a cell of it is captured only if it borders on what is enclosed, or is partly enclosed by a small loop: of
 * a closed line no cell tells where it begins. Over the limit there are none of those: where they broke off would tell it.
 */
export function capturedCells({ pieces, shown }: Track, { resolution, mostCells }: CaptureLimits): string[] {
  const seen = cellsAlong(shown, resolution);
  const [start, end] = [pieces[0]?.[0], pieces.at(-1)?.at(-1)];
  const isLoop = start !== undefined && end !== undefined && metres(start, end) <= CLOSED_WITHIN;
  const line = cellsAlong(isLoop ? [...pieces, [end, start]] : pieces, resolution);
  const inside = enclosedBy(line);
  const isSmall = isLoop && pieces.length === 1 && line.size <= SMALL_LOOP;
  const partly = (cell: string) => isSmall && isPartlyEnclosed(cell, pieces.flat());
  const borders = (cell: string) => gridDisk(cell, 1).some((next) => inside.has(next));
  const along = (isIt: (cell: string) => boolean) => grown([...line].filter(isIt), inside);
  const whole = along((cell) => seen.has(cell) || borders(cell) || partly(cell));
  const captured = whole.size <= mostCells ? whole : along((cell) => seen.has(cell));
  return [...captured].slice(0, mostCells);
}

/** Cells, and all that is inside from them on, ring after ring. */
function grown(cells: readonly string[], inside: ReadonlySet<string>): Set<string> {
  const all = new Set(cells);
  // What is added on the way is gone through as well.
  for (const cell of all) for (const next of gridDisk(cell, 1)) if (inside.has(next)) all.add(next);
  return all;
}

/** The cells that places lead through, each piece's next to the one before. */
function cellsAlong(pieces: readonly (readonly Place[])[], resolution: number): Set<string> {
  const cells = new Set<string>();
  const cellOf = ({ lat, lon }: Place) => latLngToCell(lat, lon, resolution);
  /** Halves the way until its ends are neighbours. */
  const walk = (from: Place, to: Place) => {
    const [first, last] = [cellOf(from), cellOf(to)];
    if (first === last || areNeighborCells(first, last)) return;
    const halfway = between(from, to);
    walk(from, halfway);
    cells.add(cellOf(halfway));
    walk(halfway, to);
  };
  for (const piece of pieces) {
    for (const [n, place] of piece.entries()) {
      const before = piece[n - 1];
      if (before && metres(before, place) <= LONGEST_GAP) walk(before, place);
      cells.add(cellOf(place));
    }
  }
  return cells;
}

/** The cells that no way leads out of without crossing the line. */
function enclosedBy(line: ReadonlySet<string>): Set<string> {
  // As round as can be, a closed line of 6k cells has 3k² - 3k + 1 inside; of 5k cells around one of H3's pentagons, 5/2 (k² - k) + 1.
  const most = Math.min(line.size ** 2 / 10, MOST_ENCLOSED);
  const inside = new Set<string>();
  const outside = new Set<string>();
  for (const cell of line) {
    for (const beside of gridDisk(cell, 1)) {
      if (line.has(beside) || inside.has(beside) || outside.has(beside)) continue;
      const area = new Set([beside]);
      let leadsOut = false;
      for (const each of area) {
        for (const next of gridDisk(each, 1)) {
          if (outside.has(next)) leadsOut = true;
          else if (!line.has(next)) area.add(next);
        }
        leadsOut ||= area.size > most;
        if (leadsOut) break;
      }
      for (const each of area) (leadsOut ? outside : inside).add(each);
    }
  }
  return inside;
}

/** Whether a loop, which may have no cell inside, goes around a part of a cell. */
function isPartlyEnclosed(cell: string, loop: readonly Place[]): boolean {
  const [middle = 0, east = 0] = cellToLatLng(cell);
  const here = { lat: middle, lon: east };
  const line = loop.map((place) => offsetFrom(here, place));
  const parts = cellToChildren(cell, Math.min(getResolution(cell) + FINER, FINEST)).map((part) => {
    const [lat, lon] = cellToLatLng(part);
    return offsetFrom(here, { lat, lon });
  });
  return parts.filter((part) => windings(part, line) !== 0).length >= ENOUGH_PARTS;
}

/** How often a closed line goes around a point, anticlockwise: by where it crosses the ray from there to the east. */
function windings(point: Offset, line: readonly Offset[]): number {
  let count = 0;
  for (const [n, to] of line.entries()) {
    const from = line.at(n - 1) ?? to;
    const side = (to.x - from.x) * (point.y - from.y) - (point.x - from.x) * (to.y - from.y);
    if (from.y <= point.y && to.y > point.y && side > 0) count++;
    else if (to.y <= point.y && from.y > point.y && side < 0) count--;
  }
  return count;
}

const pair = ({ lat, lon }: Place): CoordPair => [lat, lon];
const metres = (a: Place, b: Place) => greatCircleDistance(pair(a), pair(b), UNITS.m);

const RADIANS = Math.PI / 180;

/** Halfway along the great circle, so that neither a pole nor the 180th meridian is in the way. */
function between(a: Place, b: Place): Place {
  const [x, y, z] = [a, b]
    .map(({ lat, lon }) => {
      const [phi, lambda] = [lat * RADIANS, lon * RADIANS];
      return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)] as const;
    })
    .reduce(([x, y, z], [u, v, w]) => [x + u, y + v, z + w] as const);
  return { lat: Math.atan2(z, Math.hypot(x, y)) / RADIANS, lon: Math.atan2(y, x) / RADIANS };
}
