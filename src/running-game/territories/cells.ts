import { areNeighborCells, type CoordPair, greatCircleDistance, gridDisk, latLngToCell, UNITS } from 'h3-js';

/** Degrees (WGS 84). */
export interface Place {
  readonly lat: number;
  readonly lon: number;
}

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

/**
 * The cells that a run captures: those that it leads through, in its order, then those that it encloses, from the line inwards, up to the
 * limit. What cannot be left without crossing the line is enclosed, however often that crosses itself, and wherever on the earth it is.
 *
 * Where others may not see the line, a cell of it is captured only if it borders on what is enclosed: of a closed line no cell tells where it
 * begins. Over the limit there are none of those: where they broke off would tell it. A run that nothing may be seen of captures nothing.
 */
export function capturedCells({ pieces, shown }: Track, { resolution, mostCells }: CaptureLimits): string[] {
  const seen = cellsAlong(shown, resolution);
  if (seen.size === 0) return [];
  const [start, end] = [pieces[0]?.[0], pieces.at(-1)?.at(-1)];
  const isLoop = start && end && metres(start, end) <= CLOSED_WITHIN;
  const line = cellsAlong(isLoop ? [...pieces, [end, start]] : pieces, resolution);
  const inside = enclosedBy(line);
  const borders = (cell: string) => gridDisk(cell, 1).some((next) => inside.has(next));
  const along = (isIt: (cell: string) => boolean) => grown([...line].filter(isIt), inside);
  const whole = along((cell) => seen.has(cell) || borders(cell));
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
