import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

/** An activity as somebody has uploaded it. */
export interface Upload {
  readonly name?: string;
  readonly sport_type?: string;
  readonly start_date?: string;
  readonly time?: readonly number[];
  readonly latlng?: readonly (readonly [number, number])[];
  readonly altitude?: readonly number[];
}

/** An answer in place of the next one, or of the next `times`, to requests whose path begins so. */
export interface ScriptedAnswer {
  readonly path?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds until it is looked at, and until what was found then is answered. */
  readonly delay?: number;
  readonly late?: number;
  /** What was asked is done, and only the answer is this one. */
  readonly done?: true;
  readonly times?: number;
}

interface Grant {
  refresh: string;
  /** Access tokens, and until when each is good; milliseconds since 1970 in UTC. */
  readonly access: Map<string, number>;
}

interface Stored extends Upload {
  readonly athlete: number;
}

const READ = '/api/v3';

/**
 * A server that behaves as Strava's API does, as far as Carillon asks it (Strava API: Authentication, Reference, Rate limits): it rotates
 * refresh tokens with each use, lets only the newest one be used, and knows nothing of what was deauthorized.
 */
export async function startStrava({ port = 0, clientId = '4711', clientSecret = 'client-secret-of-the-tests' } = {}) {
  const grants = new Map<number, Grant>();
  const codes = new Map<string, number>();
  const activities = new Map<number, Stored>();
  const requests: string[] = [];
  let scripted: ScriptedAnswer[] = [];
  let used = 0;
  let accessLasts = 6 * 3600;

  function issue(athlete: number): object {
    const [access, refresh] = [`access-${randomUUID()}`, `refresh-${randomUUID()}`];
    const grant = grants.get(athlete) ?? { refresh, access: new Map<string, number>() };
    grant.refresh = refresh;
    const expires_at = Math.floor(Date.now() / 1000) + accessLasts;
    grant.access.set(access, expires_at * 1000);
    grants.set(athlete, grant);
    return { token_type: 'Bearer', access_token: access, refresh_token: refresh, expires_at, expires_in: accessLasts };
  }

  const holderOf = (token: string | undefined) =>
    [...grants].find(([, { access }]) => (access.get(token ?? '') ?? 0) > Date.now())?.[0];

  const fault = (status: number, resource: string, field: string, code = 'invalid') => ({
    status,
    body: { message: status === 401 ? 'Authorization Error' : 'Bad Request', errors: [{ resource, field, code }] },
  });

  function token(form: URLSearchParams): Reply {
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret)
      return fault(401, 'Application', '');
    if (form.get('grant_type') === 'authorization_code') {
      const athlete = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      if (athlete === undefined) return fault(400, 'AuthorizationCode', 'code');
      return { status: 200, body: { ...issue(athlete), athlete: { id: athlete, username: 'runner' } } };
    }
    const holder = [...grants].find(([, { refresh }]) => refresh === form.get('refresh_token'));
    return holder ? { status: 200, body: issue(holder[0]) } : fault(400, 'RefreshToken', 'refresh_token');
  }

  function read(path: string, athlete: number): Reply {
    if (path === '/athlete') return { status: 200, body: { id: athlete } };
    const [, id, streams] = /^\/activities\/(\d+)(\/streams)?$/.exec(path) ?? [];
    const activity = activities.get(Number(id));
    if (!activity) return { status: 404, body: { message: 'Record Not Found', errors: [] } };
    const { time, latlng, altitude, athlete: owner, ...rest } = activity;
    if (!streams) return { status: 200, body: { id: Number(id), athlete: { id: owner, resource_state: 1 }, ...rest } };
    const stream = (data: unknown) => (data === undefined ? undefined : { data, series_type: 'time' });
    return {
      status: 200,
      body: { time: stream(time), ...(latlng ? { latlng: stream(latlng) } : {}), altitude: stream(altitude) },
    };
  }

  function answer(request: IncomingMessage, path: string, form: URLSearchParams): Reply {
    if (request.method === 'POST' && path === '/oauth/token') return token(form);
    const holder = holderOf(request.headers.authorization?.replace('Bearer ', ''));
    if (holder === undefined) return fault(401, 'Athlete', 'access_token');
    if (request.method === 'POST' && path === '/oauth/deauthorize') {
      grants.delete(holder);
      return { status: 200, body: { access_token: form.get('access_token') } };
    }
    return path.startsWith(READ) ? read(path.slice(READ.length), holder) : { status: 404, body: {} };
  }

  function nextScripted(path: string): ScriptedAnswer | undefined {
    const found = scripted.find((each) => path.startsWith(each.path ?? ''));
    if (!found) return undefined;
    const left = (found.times ?? 1) - 1;
    scripted = scripted.flatMap((each) => (each === found ? (left > 0 ? [{ ...each, times: left }] : []) : [each]));
    return found;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { pathname } = new URL(request.url ?? '/', 'http://strava');
    requests.push(`${request.method} ${pathname}`);
    const script = nextScripted(pathname);
    if (script?.delay) await sleep(script.delay);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const instead = script && !script.done && (script.status !== undefined || script.body !== undefined);
    const reply: Reply = instead ? { status: 200, body: {} } : answer(request, pathname, form);
    if (script?.late) await sleep(script.late);
    if (pathname.startsWith(READ)) used++;
    const usage = `${used},${used}`;
    response.writeHead(script?.status ?? reply.status, {
      'content-type': 'application/json; charset=utf-8',
      ...(pathname.startsWith(READ)
        ? {
            'x-ratelimit-limit': '200000,2000000',
            'x-ratelimit-usage': usage,
            'x-readratelimit-limit': '100000,1000000',
            'x-readratelimit-usage': usage,
          }
        : {}),
      ...script?.headers,
    });
    response.end(script?.body ?? JSON.stringify(reply.body));
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = z.object({ port: z.number() }).parse(server.address());

  return {
    url: `http://127.0.0.1:${bound.port}`,
    /** Methods and paths, in the order in which they came. */
    requests,
    newAthlete: () => randomInt(1_000_000, 2_000_000_000),
    /** Somebody follows the address to connect, and allows it: the query that Strava sends them back with. */
    allow(authorizeUrl: string, athlete: number, scope = 'read,activity:read'): URLSearchParams {
      const { pathname, searchParams } = new URL(authorizeUrl);
      const asked = z
        .object({
          client_id: z.literal(clientId),
          response_type: z.literal('code'),
          redirect_uri: z.url(),
          scope: z.literal('read,activity:read'),
          state: z.string(),
        })
        .parse(Object.fromEntries(searchParams));
      if (pathname !== '/oauth/authorize') throw new Error(`there is nothing at ${pathname}`);
      const code = `code-${randomUUID()}`;
      codes.set(code, athlete);
      return new URLSearchParams({ state: asked.state, code, scope });
    },
    /** The athlete uploads an activity, or changes one. */
    upload(athlete: number, upload: Upload, id = randomInt(1_000_000_000, 200_000_000_000)): number {
      activities.set(id, {
        athlete,
        name: 'Morning Run',
        sport_type: 'Run',
        start_date: '2026-11-20T06:30:00Z',
        ...upload,
      });
      return id;
    },
    remove: (id: number) => void activities.delete(id),
    /** The athlete withdraws, in their settings, what they have let us do. */
    withdraw: (athlete: number) => void grants.delete(athlete),
    isAuthorized: (athlete: number) => grants.has(athlete),
    /** From now on access tokens last so many seconds; those that there are end. */
    accessLasts(seconds: number): void {
      accessLasts = seconds;
      for (const { access } of grants.values()) access.clear();
    },
    /** The next answers, in place of those scripted before. */
    answers(next: readonly ScriptedAnswer[]): void {
      scripted = [...next];
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export type StravaServer = Awaited<ReturnType<typeof startStrava>>;

/** The one that the running stack takes for Strava. */
export const stravaOfStack = (): Promise<StravaServer> =>
  startStrava({ port: z.coerce.number().parse(process.env.CARILLON_TEST_STRAVA_PORT) });
