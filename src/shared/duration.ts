import * as z from 'zod';
import { DAY, parseDuration } from './time.ts';

/** Milliseconds of an ISO 8601 duration that goes by no calendar: a day is 24 hours. Undefined for one with months, and for what is none. */
function lengthOf(text: string): number | undefined {
  const duration = parseDuration(text);
  return duration?.months === 0 ? duration.days * DAY + duration.exact : undefined;
}

/** A text that is such a duration, from `shortest` to `longest` milliseconds. */
export const durationWithin = (shortest: number, longest: number, error: string) =>
  z.string().refine(
    (text) => {
      const length = lengthOf(text);
      return length !== undefined && length >= shortest && length <= longest;
    },
    { error },
  );

/** Milliseconds of one that was checked before. Throws for what is none. */
export function milliseconds(text: string): number {
  const length = lengthOf(text);
  if (length === undefined) throw new Error('not a duration that has a length');
  return length;
}
