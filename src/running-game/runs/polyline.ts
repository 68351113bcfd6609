import type { Place } from './assessment.ts';

/** Steps in a degree: about a metre. */
const DEGREE = 100_000;
const [CHUNK, MORE, FIRST_CHARACTER] = [0x1f, 0x20, 63];

/** A line as text (Google, Encoded Polyline Algorithm Format): each place by its difference to the one before, with five decimals. */
export function encoded(line: readonly Place[]): string {
  const steps = line.map(({ lat, lon }) => [Math.round(lat * DEGREE), Math.round(lon * DEGREE)] as const);
  return steps
    .map(([lat, lon], n) => number(lat - (steps[n - 1]?.[0] ?? 0)) + number(lon - (steps[n - 1]?.[1] ?? 0)))
    .join('');
}

function number(value: number): string {
  let left = value < 0 ? ~(value << 1) : value << 1;
  let text = '';
  while (left >= MORE) {
    text += String.fromCharCode((MORE | (left & CHUNK)) + FIRST_CHARACTER);
    left >>= 5;
  }
  return text + String.fromCharCode(left + FIRST_CHARACTER);
}
