import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * A run as a TomTom watch recorded it, on 10 May 2014 in Kent: 7,745 points, one a second but for two pauses. It is among the tests of the
 * package `gpx-parse` (MIT), by which it is 21,490 m long.
 */
export const recordedRun: string = readFileSync(
  require.resolve('gpx-parse/tests/integration/data/route-1.1.gpx'),
  'utf8',
);

/** It, begun at another moment (milliseconds since 1970 in UTC). */
export function recordedRunAt(begun: number): string {
  const later = begun - Date.parse('2014-05-10T07:20:55.000Z');
  return recordedRun.replace(
    /<time>([^<]+)<\/time>/g,
    (_, at: string) => `<time>${new Date(Date.parse(at) + later).toISOString()}</time>`,
  );
}
