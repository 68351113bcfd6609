import { areNeighborCells, type CoordPair, greatCircleDistance, gridDisk, latLngToCell, UNITS } from 'h3-js';

/** Degrees (WGS 84). */
export interface Place {
  readonly lat: number;
  readonly lon: number;
}

export interface CaptureLimits {
  /** Of the cells; H3's, 0 to 15. */
  readonly resolution: number;
  /** So many cells a run captures at most. */
  readonly mostCells: number;
  /** Within so many metres of its start and of its end a run captures nothing by which these could be found. */
  readonly privacyRadius: number;
}

/** Start and end that are no further apart are one place: the run is a loop. Metres. */
const CLOSED_WITHIN = 50;

/** Over what is longer without a place in between no line is drawn: nobody knows where it led. Metres. */
const LONGEST_GAP = 500;

/** What is larger than so many cells is not looked through to the end, and counts as outside. */
const MOST_ENCLOSED = 20_000;

/**
 * The cells that a run captures: those that it leads through, in its order, then those that it encloses, from the line inwards, up to the
 * limit. What cannot be left without crossing the line is enclosed, however often that crosses itself, and wherever on the earth it is. `pieces`
 * are the run between leaps, over which no line is drawn.
 *
 * A run that stays within the privacy radius of its start and end captures nothing, and within it a cell of the line is captured only if
 * it borders on what is enclosed: on a closed line no place shows where it begins.
 */
export function capturedCells(pieces: readonly (readonly Place[])[], limits: CaptureLimits): string[] {
  const places = pieces.flat();
  const [start, end] = [places[0], places.at(-1)];
  if (!start || !end) return [];

  const { resolution, mostCells, privacyRadius } = limits;
  const isPublic = (place: Place) => Math.min(metres(place, start), metres(place, end)) > privacyRadius;
  const outline = metres(start, end) <= CLOSED_WITHIN ? [...pieces, [end, start]] : pieces;
  const line = cellsAlong(outline, resolution);
  const shown = cellsAlong(
    pieces.flatMap((piece) => runsOf(piece, isPublic)),
    resolution,
  );
  if (shown.size === 0) return [];

  const inside = enclosedBy(line);
  const captured = new Set(
    [...line].filter((cell) => shown.has(cell) || gridDisk(cell, 1).some((next) => inside.has(next))),
  );
  // What is added while it goes on is gone through as well: a ring, then the next one.
  for (const cell of captured) for (const next of gridDisk(cell, 1)) if (inside.has(next)) captured.add(next);
  return [...captured].slice(0, mostCells);
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

/** The stretches of a piece on which something holds for every place. */
function runsOf(piece: readonly Place[], holds: (place: Place) => boolean): Place[][] {
  const stretches: Place[][] = [[]];
  for (const place of piece) {
    if (holds(place)) stretches.at(-1)?.push(place);
    else stretches.push([]);
  }
  return stretches;
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
