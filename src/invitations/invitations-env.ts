import * as z from 'zod';
import { DAY, parseDuration } from '../shared/time.ts';

/** An ISO 8601 duration of days and less, at least three seconds and at most eight weeks: an execution that runs for longer than sixty days counts as stuck. */
const Length = z.string().refine((text) => {
  const parsed = parseDuration(text);
  return parsed?.months === 0 && milliseconds(text) >= 3000 && milliseconds(text) <= 56 * DAY;
}, 'a duration such as P14D or PT12H, at most 56 days');

/** A day is 24 hours: these lengths go by no calendar. */
export function milliseconds(text: string): number {
  const parsed = parseDuration(text);
  return parsed ? parsed.days * DAY + parsed.exact : Number.NaN;
}

export const InvitationsEnv = z.object({
  /** How long an invitation can be answered. */
  INVITATION_EXPIRES_AFTER: Length.default('P14D'),
  /** When whoever has not answered is reminded, once. */
  INVITATION_REMINDS_AFTER: Length.default('P3D'),
});
