import type { Place } from './assessment.ts';
import { METRES_A_DEGREE, type Offset, offsetFrom } from './earth.ts';
import { encoded } from './polyline.ts';

type Line = readonly Place[];

/** Metres that a simplified line may be off, at first. */
const TOLERANCE = 5;
/** Of all of a run's lines. */
const MOST_PLACES = 2000;
const MOST_LINES = 500;
/** Simplified together, so that the time it takes grows with the length of a line only. */
const TOGETHER = 100;
/** A square's half diagonal and one side, in sides, and a little more for the earth not being flat. */
const REACH = 1.75;

/**
 * Lines as encoded polylines, simplified to five metres or, where that leaves more than 2,000 places, to as little more as it takes. Of more
 * than 500 lines the longest are drawn.
 */
export function draw(lines: readonly Line[]): string[] {
  const kept = lines.length <= MOST_LINES ? lines : lines.toSorted((a, b) => b.length - a.length).slice(0, MOST_LINES);
  for (let tolerance = TOLERANCE; ; tolerance *= 2) {
    const drawn = kept.map((line) => simplify(line, tolerance));
    if (drawn.flat().length <= MOST_PLACES) return drawn.map(encoded);
  }
}

function simplify(line: Line, tolerance: number): Place[] {
  const simple = line.slice(0, 1);
  for (let from = 0; from < line.length - 1; from += TOGETHER - 1) {
    const part = line.slice(from, from + TOGETHER);
    const flat = part.map((place) => offsetFrom(part[0] ?? place, place));
    simple.push(...essential(flat, 0, flat.length - 1, tolerance).flatMap((n) => part[n] ?? []));
  }
  return simple;
}

/** Which places of a stretch are needed after its first one: Douglas and Peucker's, without what is nearer than the tolerance to a straight line. */
function essential(flat: readonly Offset[], from: number, to: number, tolerance: number): number[] {
  const [start, end] = [flat[from], flat[to]];
  if (!start || !end) return [];
  let [furthest, off] = [0, tolerance];
  for (let n = from + 1; n < to; n++) {
    const away = distanceToSegment(flat[n] ?? start, start, end);
    if (away > off) [furthest, off] = [n, away];
  }
  if (furthest === 0) return [to];
  return [...essential(flat, from, furthest, tolerance), ...essential(flat, furthest, to, tolerance)];
}

function distanceToSegment(place: Offset, from: Offset, to: Offset): number {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const [px, py] = [place.x - from.x, place.y - from.y];
  const length = x * x + y * y;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * x + py * y) / length));
  return Math.hypot(px - along * x, py - along * y);
}

/**
 * What others see of lines whose ends are somebody's home: nothing within `radius` metres of either end, wherever the line passes there.
 *
 * A circle around the end itself would have it in its middle, where anybody finds it. So the circle is around the middle of the square, in
 * a grid of `radius` metres, that the end is in, and as much larger as it takes: what is hidden tells the square, and nothing more, however
 * many runs begin there.
 */
export function hideEnds(lines: readonly Line[], ends: Line, radius: number): Line[] {
  if (radius === 0) return [...lines];
  const hidden = ends.map((end) => middleOfSquare(end, radius));
  const isSeen = (from: Place, to: Place) =>
    hidden.every(
      (middle) => distanceToSegment({ x: 0, y: 0 }, offsetFrom(middle, from), offsetFrom(middle, to)) > REACH * radius,
    );
  return lines.flatMap((line) => seenOf(line, isSeen));
}

function middleOfSquare({ lat, lon }: Place, size: number): Place {
  const height = size / METRES_A_DEGREE;
  const middle = (Math.floor(lat / height) + 0.5) * height;
  // In the outermost row the poles would have no width.
  const width = height / Math.max(0.001, Math.cos((middle * Math.PI) / 180));
  return { lat: middle, lon: (Math.floor(lon / width) + 0.5) * width };
}

/** The longest stretches of a line that consist of seen steps: of a step into what is hidden not even the direction is told. */
function seenOf(line: Line, isSeen: (from: Place, to: Place) => boolean): Line[] {
  const stretches: Place[][] = [];
  let goesOn = false;
  line.forEach((to, n) => {
    const from = line[n - 1];
    const seen = from !== undefined && isSeen(from, to);
    if (seen && goesOn) stretches.at(-1)?.push(to);
    else if (seen) stretches.push([from, to]);
    goesOn = seen;
  });
  return stretches;
}
