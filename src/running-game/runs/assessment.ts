import * as z from 'zod';

/** Where a runner was when: milliseconds since 1970 in UTC, degrees (WGS 84), and metres. */
export interface Point {
  readonly t: number;
  readonly lat: number;
  readonly lon: number;
  /** The radius within which the device believes to be, 68 % of the time. */
  readonly accuracy?: number | undefined;
  readonly altitude?: number | undefined;
}

/** Whether a point may be of that instant: of a year that everybody writes with four digits. Milliseconds. */
export const isInstant = (t: number): boolean => t >= 0 && t < Date.UTC(3000, 0);

/** A place on the earth, degrees (WGS 84). */
export type Place = Pick<Point, 'lat' | 'lon'>;

const instant = z.iso.datetime();

/** Why a point does not count. */
export const Refusal = z.enum([
  /** From before the run was opened, or after its event's finish. */
  'OUTSIDE_EVENT',
  'CLOCK_BACKWARDS',
  /** At the same moment as the one before it, or less than half a second later. */
  'DUPLICATE',
  'ACCURACY',
  'TOO_FAST',
  'TOO_LONG',
]);
export type Refusal = z.output<typeof Refusal>;

/** How many points were refused for a reason, and when the first one of them was. */
export const Refused = z.object({ reason: Refusal, count: z.int().min(1), first_at: instant });
export type Refused = z.output<typeof Refused>;

/** What is odd about a track that counts nevertheless. TELEPORT: a leap that no runner makes; the distance is without it. */
export const Flag = z.object({
  flag: z.enum(['TELEPORT']),
  count: z.int().min(1),
  first_at: instant,
  distance_m: z.int().describe('Left out of the run’s distance'),
});
export type Flag = z.output<typeof Flag>;

/** What is measured of a run. */
export const Measures = z.object({
  started_at: instant.describe('The first point that counts'),
  distance_m: z.int(),
  duration_s: z.int().describe('From the first point that counts to the last one'),
  moving_s: z.int().describe('Of the duration, the time in motion'),
  pace_s_per_km: z.int().describe('In motion'),
});
export type Measures = z.output<typeof Measures>;

/** Why a run as a whole does not count. */
export const Rejection = z.enum([
  'NO_POINTS_LEFT',
  'TOO_SHORT',
  /** It leaps so often that it is no track. */
  'TOO_MANY_LEAPS',
]);
export type Rejection = z.output<typeof Rejection>;

/** What is made of a track. */
export interface Assessment {
  readonly refused: readonly Refused[];
  readonly flags: readonly Flag[];
  /** The places that the distance goes by; a piece ends, and another one begins, at a leap. */
  readonly pieces: readonly (readonly Place[])[];
  /**
   * Where the first and the last point were that count, and both sides of each leap: a receiver's first place may be the one that it was last
   * used at, and the runner's door is where the track goes on. Nothing where none counts.
   */
  readonly ends: readonly Place[];
  readonly verdict:
    | { readonly counts: true; readonly measures: Measures }
    | { readonly counts: false; readonly reason: Rejection };
}
