import * as z from 'zod';
import { textOf } from '../../shared/answers.ts';
import type { Clock } from '../../shared/clock.ts';
import { neverReachedServer, property } from '../../shared/network-error.ts';
import { isInstant } from '../runs/assessment.ts';
import { usedUpUntil } from './allowance.ts';
import { AthleteId } from './connection.ts';
import {
  AccessRefused,
  AllowanceUsedUp,
  GrantRefused,
  type Strava,
  type StravaActivity,
  StravaNotUnderstood,
  StravaRefused,
  StravaUnavailable,
} from './strava.ts';

export interface StravaOptions {
  /** Without a slash at the end. */
  readonly url: string;
  readonly clientId: string;
  /** A secret. */
  readonly clientSecret: string;
  readonly timeoutMs: number;
  /** The same of asking for tokens, where an answer that is lost is not to be had again; `timeoutMs` unless given. */
  readonly tokenTimeoutMs?: number;
  readonly now: Clock;
  /** Told when an answer says that nothing more may be asked for a while. */
  readonly usedUp: (until: Date) => Promise<void>;
}

/** Bytes of an answer: a day's points, one a second, are some megabytes. */
const MOST_BYTES = 16 * 1024 * 1024;

const Granted = z.object({
  access_token: z.string().min(1).max(1000),
  refresh_token: z.string().min(1).max(1000),
  /** Unix seconds. */
  expires_at: z.int().refine((at) => isInstant(at * 1000)),
});
const GrantedAthlete = Granted.extend({ athlete: z.object({ id: AthleteId }) });

const Activity = z.object({
  id: z.int(),
  athlete: z.object({ id: AthleteId }),
  name: z.string().default(''),
  sport_type: z.string(),
  start_date: z.iso.datetime().refine((at) => isInstant(Date.parse(at))),
});

/** Seconds; what lasts for years is no run, and metres. What is beyond these could not be written down. */
const Elapsed = z.number().min(0).max(100_000_000);
const Altitude = z.number().min(-20_000).max(100_000);
const Streams = z.object({
  /** Seconds after the start. */
  time: z.object({ data: z.array(Elapsed) }),
  latlng: z.object({ data: z.array(z.tuple([z.number().min(-90).max(90), z.number().min(-180).max(180)])) }).optional(),
  altitude: z.object({ data: z.array(Altitude) }).optional(),
});

/** What Strava says is wrong with a request. */
const Fault = z.object({ errors: z.array(z.object({ resource: z.string(), code: z.string() })) });
/** Whose invalidity is the athlete's doing, not ours. */
const GRANTS = ['RefreshToken', 'AuthorizationCode'];

interface Answered {
  readonly status: number;
  readonly text: string;
}

const grantOf = ({ access_token, refresh_token, expires_at }: z.output<typeof Granted>) => ({
  tokens: { access: access_token, refresh: refresh_token },
  accessUntil: new Date(expires_at * 1000),
});

/** Strava's API, version 3 (https://developers.strava.com/docs: Authentication, Reference, Rate limits). Follows no redirect. */
export function stravaClient(options: StravaOptions): Strava {
  const { url, clientId, clientSecret, timeoutMs, tokenTimeoutMs = timeoutMs, now, usedUp } = options;

  async function ask(
    path: string,
    access?: string,
    form?: Readonly<Record<string, string>>,
    ms = timeoutMs,
  ): Promise<Answered> {
    try {
      const response = await fetch(`${url}${path}`, {
        method: form ? 'POST' : 'GET',
        headers: {
          accept: 'application/json',
          'user-agent': 'Carillon',
          // A kept connection may have died unnoticed while the function was frozen.
          connection: 'close',
          ...(access === undefined ? {} : { authorization: `Bearer ${access}` }),
        },
        ...(form ? { body: new URLSearchParams(form) } : {}),
        redirect: 'manual',
        signal: AbortSignal.timeout(ms),
      });
      const { status, headers } = response;
      const until = usedUpUntil(status, headers, now());
      if (until) await usedUp(until);
      const text = await textOf(response, MOST_BYTES);
      if (status === 429 && until) throw new AllowanceUsedUp(until);
      if (status >= 500) throw new StravaUnavailable();
      if (text === undefined) throw new StravaNotUnderstood();
      return { status, text };
    } catch (error) {
      // `fetch` reports every network failure as a TypeError with a cause.
      const network =
        neverReachedServer(error) || (error instanceof TypeError && property(error, 'cause') !== undefined);
      if (network || property(error, 'name') === 'TimeoutError') throw new StravaUnavailable();
      throw error;
    }
  }

  /** What an athlete's token opens; undefined when there is nothing. */
  async function read<S extends z.ZodType>(schema: S, path: string, access: string): Promise<z.output<S> | undefined> {
    const { status, text } = await ask(`/api/v3${path}`, access);
    if (status === 404) return undefined;
    if (status === 401) throw new AccessRefused();
    return understood(schema, status, text);
  }

  async function grant<S extends z.ZodType>(schema: S, form: Readonly<Record<string, string>>): Promise<z.output<S>> {
    const whole = { client_id: clientId, client_secret: clientSecret, ...form };
    const { status, text } = await ask('/oauth/token', undefined, whole, tokenTimeoutMs);
    if (status === 400 || status === 401) {
      const errors = Fault.safeParse(json(text)).data?.errors ?? [];
      if (errors.some(({ resource, code }) => GRANTS.includes(resource) && code !== 'missing'))
        throw new GrantRefused();
    }
    return understood(schema, status, text);
  }

  return {
    authorizeUrl: (redirect, state) =>
      `${url}/oauth/authorize?${new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirect,
        response_type: 'code',
        approval_prompt: 'auto',
        scope: SCOPE,
        state,
      })}`,

    async exchange(code) {
      const granted = await grant(GrantedAthlete, { grant_type: 'authorization_code', code });
      return { ...grantOf(granted), athleteId: granted.athlete.id };
    },

    refresh: async (token) => grantOf(await grant(Granted, { grant_type: 'refresh_token', refresh_token: token })),

    async deauthorize(access) {
      const { status, text } = await ask('/oauth/deauthorize', access, { access_token: access });
      if (status === 401) throw new AccessRefused();
      understood(z.unknown(), status, text);
    },

    async isAccepted(access) {
      const { status, text } = await ask('/api/v3/athlete', access);
      if (status === 401) return false;
      understood(z.unknown(), status, text);
      return true;
    },

    async activity(access, id) {
      const found = await read(Activity, `/activities/${id}`, access);
      return found && activityOf(found);
    },

    async points(access, { id, startedAt }) {
      const query = new URLSearchParams({ keys: 'time,latlng,altitude', key_by_type: 'true' });
      const streams = await read(Streams, `/activities/${id}/streams?${query}`, access);
      if (!streams?.latlng) return [];
      const { time, latlng, altitude } = streams;
      if (time.data.length !== latlng.data.length) throw new StravaNotUnderstood();
      return latlng.data.map(([lat, lon], n) => ({
        t: startedAt.getTime() + Math.round((time.data[n] ?? 0) * 1000),
        lat,
        lon,
        altitude: altitude?.data[n],
      }));
    },
  };
}

/** What is asked for: who it is, and activities that the athlete shows everybody, or their followers (Strava API, Authentication). */
const SCOPE = 'read,activity:read';

const activityOf = ({ id, athlete, name, sport_type, start_date }: z.output<typeof Activity>): StravaActivity => ({
  id,
  athleteId: athlete.id,
  // Half a character, which is no text that could be written down, may come from Strava, or from the cut.
  name: name.slice(0, 300).toWellFormed(),
  sport: sport_type,
  startedAt: new Date(start_date),
});

function understood<S extends z.ZodType>(schema: S, status: number, text: string): z.output<S> {
  if (status !== 200) throw new StravaRefused(status);
  const parsed = schema.safeParse(json(text));
  if (!parsed.success) throw new StravaNotUnderstood();
  return parsed.data;
}

/** Undefined for what is none. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
