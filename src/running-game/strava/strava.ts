import { TransientFailure } from '../../shared/workflow/task.ts';
import type { Point } from '../runs/assessment.ts';
import type { Grant } from './connection.ts';

/** What is asked of Strava. Besides what is said with each, all of it throws StravaUnavailable, StravaRefused and StravaNotUnderstood. */
export interface Strava {
  /** Where a person lets us act for them; Strava sends them on to `redirect` with `state`. */
  authorizeUrl(redirect: string, state: string): string;
  /** For the code that Strava has sent somebody back with. Throws GrantRefused for one that is none, or has been used. */
  exchange(code: string): Promise<Grant & { readonly athleteId: number }>;
  /** Throws GrantRefused when the athlete does not let us act for them any more. */
  refresh(refreshToken: string): Promise<Grant>;
  /** Withdraws what the athlete has let us do. Throws AccessRefused. */
  deauthorize(accessToken: string): Promise<void>;
  /** Whether the token opens the athlete's account. Throws AllowanceUsedUp. */
  isAccepted(accessToken: string): Promise<boolean>;
  /** Undefined when there is none (any more) that the token opens. Throws AccessRefused, AllowanceUsedUp. */
  activity(accessToken: string, id: number): Promise<StravaActivity | undefined>;
  /** Where the athlete was when; nothing for an activity without places. Throws AccessRefused, AllowanceUsedUp. */
  points(accessToken: string, activity: StravaActivity): Promise<Point[]>;
}

export interface StravaActivity {
  readonly id: number;
  readonly athleteId: number;
  readonly name: string;
  /** `Run`, `TrailRun`, `Ride` and so on. */
  readonly sport: string;
  readonly startedAt: Date;
}

/** An access token that ended, or was withdrawn. */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';
}

/** A code or refresh token that is none, ended, or was withdrawn. */
export class GrantRefused extends Error {
  override readonly name = 'GrantRefused';
}

/** The application has asked as much as it may. */
export class AllowanceUsedUp extends Error {
  override readonly name = 'AllowanceUsedUp';
  readonly until: Date;

  constructor(until: Date) {
    super();
    this.until = until;
  }
}

/** It is down, slow, or not to be reached. */
export class StravaUnavailable extends TransientFailure {}

/** It says that we ask wrongly: most likely the settings are wrong. */
export class StravaRefused extends Error {
  override readonly name = 'StravaRefused';

  constructor(status: number) {
    super(`Strava answered ${status}`);
  }
}

export class StravaNotUnderstood extends Error {
  override readonly name = 'StravaNotUnderstood';
}
