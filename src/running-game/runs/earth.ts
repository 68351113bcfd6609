import type { Place } from './assessment.ts';

/** Of the earth, the mean one of the WGS 84 ellipsoid (IUGG); metres. */
const RADIUS = 6_371_008.8;

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Metres in a degree of latitude. */
export const METRES_A_DEGREE = radians(1) * RADIUS;

/** Metres between two places, along a great circle (haversine). */
export function distance(a: Place, b: Place): number {
  const [lat, lon] = [radians(b.lat - a.lat), radians(b.lon - a.lon)];
  const h = Math.sin(lat / 2) ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(lon / 2) ** 2;
  return 2 * RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Metres east and north of somewhere. */
export interface Offset {
  readonly x: number;
  readonly y: number;
}

/** A place as metres east and north of another one, for places near each other; across the antimeridian, too. */
export function offsetFrom(origin: Place, { lat, lon }: Place): Offset {
  const east = ((lon - origin.lon + 540) % 360) - 180;
  return { x: east * METRES_A_DEGREE * Math.cos(radians(origin.lat)), y: (lat - origin.lat) * METRES_A_DEGREE };
}
