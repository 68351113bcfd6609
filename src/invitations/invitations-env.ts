import * as z from 'zod';
import { durationWithin } from '../shared/duration.ts';
import { DAY } from '../shared/time.ts';

/** An ISO 8601 duration of days and less, at least three seconds and at most eight weeks: an execution that runs for longer than sixty days counts as stuck. */
const Length = durationWithin(3000, 56 * DAY, 'a duration such as P14D or PT12H, at most 56 days');

export const InvitationsEnv = z.object({
  /** How long an invitation can be answered. */
  INVITATION_EXPIRES_AFTER: Length.default('P14D'),
  /** When whoever has not answered is reminded, once. */
  INVITATION_REMINDS_AFTER: Length.default('P3D'),
});
