import * as z from 'zod';
import { durationWithin } from '../../shared/duration.ts';
import { DAY, MINUTE } from '../../shared/time.ts';

/** How runs are run. */
export const RunsEnv = z.object({
  /** So far a point may be from before its run was opened, or from after it is saved, within its event's time. */
  GAME_CLOCK_TOLERANCE: durationWithin(MINUTE, DAY, 'a duration from PT1M to P1D').default('P1D'),
  /** So long a run counts from its first point on. */
  GAME_RUN_MAX: durationWithin(MINUTE, DAY, 'a duration from PT1M to P1D').default('PT12H'),
  /** Metres around a run's start and end that nobody but its runner sees. */
  GAME_PRIVACY_RADIUS: z.coerce.number().int().min(0).max(5000).default(200),
});
