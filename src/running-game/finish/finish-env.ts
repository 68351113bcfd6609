import * as z from 'zod';
import { durationWithin } from '../../shared/duration.ts';
import { HOUR } from '../../shared/time.ts';
import { TIME_OF_DAY } from './finishes-at.ts';

/** When events are finished. */
export const FinishEnv = z.object({
  /** On the clocks of the event's zone. */
  GAME_FINISH_AT: z.string().regex(TIME_OF_DAY, 'a time of day such as 22:00').default('22:00'),
  /** How long after that points of its runs are still taken. */
  GAME_UPLOAD_GRACE: durationWithin(1000, 12 * HOUR, 'a duration from PT1S to PT12H').default('PT15M'),
});
