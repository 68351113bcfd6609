import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { Point } from './assessment.ts';

/** Steps in a degree, about a centimetre each, and in a metre. */
const DEGREE = 10_000_000;
const METRE = 10;

const Column = z.array(z.int());
const Sparse = z.array(z.int().nullable());
const Columns = z.object({ t: Column, lat: Column, lon: Column, accuracy: Sparse, altitude: Sparse });

const deltas = (values: readonly number[]) => values.map((value, n) => value - (values[n - 1] ?? 0));

function sums(steps: readonly number[]): number[] {
  let sum = 0;
  return steps.map((step) => {
    sum += step;
    return sum;
  });
}

const inSteps = (metres: number | undefined, round: (steps: number) => number) =>
  metres === undefined ? null : round(Number((metres * METRE).toFixed(6)));

/**
 * Points as a few bytes each: a column for each of their fields, times and places as the differences between neighbours, and gzip. Places are
 * kept to the centimetre. The hash is the same for the same points.
 */
export function pack(points: readonly Point[]): { packed: Uint8Array; hash: string } {
  const columns: z.input<typeof Columns> = {
    t: deltas(points.map(({ t }) => t)),
    lat: deltas(points.map(({ lat }) => Math.round(lat * DEGREE))),
    lon: deltas(points.map(({ lon }) => Math.round(lon * DEGREE))),
    // So that none passes for a better one.
    accuracy: points.map(({ accuracy }) => inSteps(accuracy, Math.ceil)),
    altitude: points.map(({ altitude }) => inSteps(altitude, Math.round)),
  };
  const text = JSON.stringify(columns);
  return { packed: gzipSync(text), hash: createHash('sha256').update(text).digest('base64url') };
}

export function unpack(packed: Uint8Array): Point[] {
  const columns = Columns.parse(JSON.parse(gunzipSync(packed).toString()));
  const [ts, lats, lons] = [sums(columns.t), sums(columns.lat), sums(columns.lon)];
  return ts.map((t, n) => ({
    t,
    lat: (lats[n] ?? 0) / DEGREE,
    lon: (lons[n] ?? 0) / DEGREE,
    accuracy: inMetres(columns.accuracy[n]),
    altitude: inMetres(columns.altitude[n]),
  }));
}

const inMetres = (steps: number | null | undefined) =>
  steps === null || steps === undefined ? undefined : steps / METRE;
