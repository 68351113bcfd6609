import * as z from 'zod';
import { problem } from '../../shared/errors.ts';

/** No client id is set: the installation is not known to Strava. */
export class StravaOff extends problem('strava-off', 404, 'Strava is not set up here') {}
export class SharingOff extends problem('strava-sharing-off', 403, 'What comes from Strava is for its athlete only') {}
export class ActivityNotFound extends problem('activity-not-found', 404, 'No such activity of yours') {}

const instant = z.iso.datetime();

/** Of an athlete, as Strava numbers them. */
export const AthleteId = z.int().positive();

/** A user's connection to their account at Strava. A user has one at most, and so has an athlete. */
export const Connection = z.object({
  /** What is kept of it belongs to this, so that the next connection of the same two has nothing of it. */
  id: z.string(),
  user_id: z.string(),
  athlete_id: AthleteId,
  connected_at: instant,
  /** Sealed: see `token-vault.ts`. */
  tokens: z.string(),
  /** When the access token ends. */
  access_until: instant,
  /** Somebody is at asking for new tokens until then; where it is past, none have come. */
  renewing_until: instant.optional(),
  /** Strava refuses the refresh token, and may have replaced it in an answer that was lost: the athlete is to connect once more. */
  refused: z.literal(true).optional(),
  revision: z.int().min(1),
});
export type Connection = z.output<typeof Connection>;

/** What Strava lets act for an athlete. Both are secrets. */
export const Tokens = z.object({ access: z.string(), refresh: z.string() });
export type Tokens = z.output<typeof Tokens>;

/** What Strava hands out for a code or a refresh token. */
export interface Grant {
  readonly tokens: Tokens;
  readonly accessUntil: Date;
}

/** An access token that ends sooner is renewed; milliseconds. */
const RENEWED_BEFORE = 5 * 60 * 1000;

/** Whether its access token is good for long enough. */
export const isFresh = ({ access_until }: Pick<Connection, 'access_until'>, now: Date): boolean =>
  Date.parse(access_until) - now.getTime() > RENEWED_BEFORE;
