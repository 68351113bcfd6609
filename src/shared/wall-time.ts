import * as z from 'zod';
import { formatWall, isTimeZone, parseWall, resolveWall } from './time.ts';

/** The instants that JavaScript writes with a year of four digits, which sort as text, zones at both ends included. */
const YEARS = /^(19|2\d)\d\d-/;

/** What a clock on the wall shows, `2026-12-01T09:00:00`, in the years 1900 to 2999; seconds may be left out. */
export const wallTime = z
  .string()
  .refine((text) => YEARS.test(text) && parseWall(text) !== undefined, {
    error: 'must be a date and time that exist, like 2026-12-01T09:00:00, without an offset, in the years 1900 to 2999',
    abort: true,
  })
  .overwrite((text) => formatWall(parseWall(text) ?? Number.NaN));

/** A zone's IANA name, `Europe/Warsaw`. */
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be the IANA name of a time zone, e.g. Europe/Warsaw');

/** The instant at which clocks in the zone show `wall`; see `resolveWall` for the hours that they skip or show twice. */
export function toInstant(wall: string, zone: string): Date {
  const parsed = parseWall(wall);
  if (parsed === undefined) throw new RangeError('not a wall time');
  return new Date(resolveWall(parsed, zone).instant);
}
