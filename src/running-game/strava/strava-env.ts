import * as z from 'zod';
import { durationWithin } from '../../shared/duration.ts';
import { serverUrl } from '../../shared/server-url.ts';
import { DAY } from '../../shared/time.ts';

const secret = (error: string) => z.string().regex(/^[\x21-\x7e]*$/, error);
const number = z
  .string()
  .regex(/^\d{0,15}$/, 'a number, or nothing')
  .default('');

/** How this installation knows Strava. */
export const StravaEnv = z.object({
  /** Of the application at Strava. Nothing: nobody connects. */
  STRAVA_CLIENT_ID: number,
  /** A secret. */
  STRAVA_CLIENT_SECRET: secret('a secret without spaces, or nothing').default(''),
  /** What Strava says when it checks the webhook's address. A secret. */
  STRAVA_WEBHOOK_TOKEN: secret('a text without spaces, or nothing').default(''),
  /** Of the webhook: events of any other one are passed over. Nothing: of any. */
  STRAVA_SUBSCRIPTION_ID: number,
  STRAVA_URL: serverUrl.default('https://www.strava.com'),
  /** Whether an athlete may enter a run of theirs from Strava into the game, where others see what comes of it. */
  STRAVA_SHARING: z.enum(['off', 'on']).default('off'),
  /** How long an activity is kept after it was fetched. */
  STRAVA_KEEP: durationWithin(DAY, 3650 * DAY, 'a duration from P1D to P3650D').default('P7D'),
});

/** The same, all of it or nothing. */
export const StravaSettings = StravaEnv.superRefine((env, { addIssue }) => {
  if (env.STRAVA_CLIENT_ID === '') return;
  for (const name of ['STRAVA_CLIENT_SECRET', 'STRAVA_WEBHOOK_TOKEN'] as const) {
    if (env[name] === '') addIssue({ code: 'custom', path: [name], message: 'is needed with STRAVA_CLIENT_ID' });
  }
});
