import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AccessRefused,
  AllowanceUsedUp,
  GrantRefused,
  StravaNotUnderstood,
  StravaRefused,
  StravaUnavailable,
} from '../../../src/running-game/strava/strava.ts';
import { type StravaOptions, stravaClient } from '../../../src/running-game/strava/strava-client.ts';
import { type StravaServer, startStrava } from '../../support/strava-server.ts';

let server: StravaServer;
const usedUp: Date[] = [];
const now = new Date('2026-11-21T10:07:00Z');

const client = (more: Partial<StravaOptions> = {}) =>
  stravaClient({
    url: server.url,
    clientId: '4711',
    clientSecret: 'client-secret-of-the-tests',
    timeoutMs: 500,
    now: () => now,
    usedUp: async (until) => void usedUp.push(until),
    ...more,
  });

const codeOf = (query: URLSearchParams) => query.get('code') ?? '';

/** An athlete who has let us act for them, and what we have got for that. */
async function connected() {
  const athlete = server.newAthlete();
  const code = codeOf(server.allow(client().authorizeUrl('https://example.com/back', 'state'), athlete));
  return { athlete, ...(await client().exchange(code)) };
}

beforeAll(async () => {
  server = await startStrava();
});
beforeEach(() => {
  server.answers([]);
  usedUp.length = 0;
});
afterAll(() => server.close());

describe('what Strava lets us do', () => {
  it('is had for a code, once', async () => {
    const athlete = server.newAthlete();
    const code = codeOf(server.allow(client().authorizeUrl('https://example.com/back', 'state'), athlete));
    const { athleteId, tokens, accessUntil } = await client().exchange(code);
    expect(athleteId).toBe(athlete);
    expect(accessUntil.getTime()).toBeGreaterThan(Date.now());
    expect(await client().isAccepted(tokens.access)).toBe(true);
    await expect(client().exchange(code)).rejects.toThrow(GrantRefused);
  });

  it('is renewed with the newest refresh token only', async () => {
    const { tokens } = await connected();
    const renewed = await client().refresh(tokens.refresh);
    expect(renewed.tokens).not.toEqual(tokens);
    await expect(client().refresh(tokens.refresh)).rejects.toThrow(GrantRefused);
    expect(await client().isAccepted((await client().refresh(renewed.tokens.refresh)).tokens.access)).toBe(true);
  });

  it('ends for both sides', async () => {
    const { athlete, tokens } = await connected();
    await client().deauthorize(tokens.access);
    expect(server.isAuthorized(athlete)).toBe(false);
    expect(await client().isAccepted(tokens.access)).toBe(false);
    await expect(client().deauthorize(tokens.access)).rejects.toThrow(AccessRefused);
    await expect(client().refresh(tokens.refresh)).rejects.toThrow(GrantRefused);
  });

  it.each([1e15, -1])('is not understood when it ends at %d', async (expires_at) => {
    server.answers([{ path: '/oauth', body: JSON.stringify({ access_token: 'a', refresh_token: 'r', expires_at }) }]);
    await expect(client().refresh('any')).rejects.toThrow(StravaNotUnderstood);
  });

  it('has not ended where it is our own secret that is wrong', async () => {
    const { athlete, tokens } = await connected();
    await expect(client({ clientSecret: 'another' }).refresh(tokens.refresh)).rejects.toThrow(StravaRefused);
    expect(server.isAuthorized(athlete)).toBe(true);
  });
});

describe('an activity', () => {
  const track = {
    time: [0, 1, 2.5],
    latlng: [
      [52.2, 21.0],
      [52.20001, 21.0],
      [52.20002, 21.00001],
    ] as const,
  };

  it('is read with its points, each at its instant', async () => {
    const { athlete, tokens } = await connected();
    const id = server.upload(athlete, { ...track, altitude: [100, 101, 102], start_date: '2026-11-20T06:30:00Z' });
    const activity = await client().activity(tokens.access, id);
    expect(activity).toEqual({
      id,
      athleteId: athlete,
      name: 'Morning Run',
      sport: 'Run',
      startedAt: new Date('2026-11-20T06:30:00Z'),
    });
    if (!activity) throw new Error('not found');
    const points = await client().points(tokens.access, activity);
    const start = Date.parse('2026-11-20T06:30:00Z');
    expect(points).toEqual([
      { t: start, lat: 52.2, lon: 21.0, altitude: 100 },
      { t: start + 1000, lat: 52.20001, lon: 21.0, altitude: 101 },
      { t: start + 2500, lat: 52.20002, lon: 21.00001, altitude: 102 },
    ]);
  });

  it('may be gone, and may have no places', async () => {
    const { athlete, tokens } = await connected();
    const id = server.upload(athlete, { time: [0, 1] });
    const activity = await client().activity(tokens.access, id);
    if (!activity) throw new Error('not found');
    expect(await client().points(tokens.access, activity)).toEqual([]);
    server.remove(id);
    expect(await client().activity(tokens.access, id)).toBeUndefined();
    expect(await client().points(tokens.access, activity)).toEqual([]);
  });

  it.each([
    ['cut', '🏃'.repeat(200).slice(1), /^\ufffd🏃+\ufffd$/u],
    ['told', 'Run \ud83c', /^Run \ufffd$/u],
  ])('has a name that can be written down where half a character is %s', async (_, name, expected) => {
    const { athlete, tokens } = await connected();
    const activity = await client().activity(tokens.access, server.upload(athlete, { name }));
    expect(activity?.name).toMatch(expected);
  });

  it('is not read with a token that ended', async () => {
    await expect(client().activity('none', 1)).rejects.toThrow(AccessRefused);
  });

  it.each([
    ['is no JSON', '<html>Down for maintenance</html>'],
    ['is another thing', '[]'],
    ['is of another age', '{"id":1,"athlete":{"id":2},"sport_type":"Run","start_date":"9999-12-31T23:59:59Z"}'],
    ['has an impossible date', '{"id":1,"athlete":{"id":2},"sport_type":"Run","start_date":"yesterday"}'],
  ])('is not understood when what is told %s', async (_, body) => {
    const { tokens } = await connected();
    server.answers([{ path: '/api', body }]);
    await expect(client().activity(tokens.access, 1)).rejects.toThrow(StravaNotUnderstood);
  });

  it.each([
    [
      'places that are none',
      {
        time: [0, 1],
        latlng: [
          [52, 21],
          [91, 21],
        ] as const,
      },
    ],
    ['a moment that no date has', { time: [0, 1e300], latlng: [[52, 21] as const, [52, 21] as const] }],
    ['a height that no number has', { time: [0], latlng: [[52, 21] as const], altitude: [1e300] }],
    [
      'more places than times',
      {
        time: [0],
        latlng: [
          [52, 21],
          [52, 22],
        ] as const,
      },
    ],
  ])('is not understood with %s', async (_, upload) => {
    const { athlete, tokens } = await connected();
    const id = server.upload(athlete, upload);
    const activity = await client().activity(tokens.access, id);
    if (!activity) throw new Error('not found');
    await expect(client().points(tokens.access, activity)).rejects.toThrow(StravaNotUnderstood);
  });

  it('is not read to the end where there is no end', async () => {
    const { tokens } = await connected();
    server.answers([{ path: '/api', body: `"${'x'.repeat(17 * 1024 * 1024)}"` }]);
    await expect(client({ timeoutMs: 20_000 }).activity(tokens.access, 1)).rejects.toThrow(StravaNotUnderstood);
  });
});

describe('Strava', () => {
  it.each([
    ['is down', { status: 503, body: 'no' }],
    ['is slow', { delay: 1500 }],
  ])('is unavailable when it %s', async (_, script) => {
    server.answers([script]);
    await expect(client().refresh('any')).rejects.toThrow(StravaUnavailable);
  });

  it('is given its own time for tokens', async () => {
    server.answers([{ path: '/oauth', late: 1000 }]);
    await expect(client({ tokenTimeoutMs: 20_000 }).refresh('any')).rejects.toThrow(GrantRefused);
    server.answers([{ path: '/api', late: 1000 }]);
    await expect(client({ tokenTimeoutMs: 20_000 }).isAccepted('any')).rejects.toThrow(StravaUnavailable);
  });

  it('is unavailable when nobody is there', async () => {
    const gone = await startStrava();
    await gone.close();
    await expect(client({ url: gone.url }).refresh('any')).rejects.toThrow(StravaUnavailable);
  });

  it('is not followed elsewhere with an athlete’s token', async () => {
    const { tokens } = await connected();
    server.answers([{ status: 302, headers: { location: `${server.url}/api/v3/athlete` } }]);
    await expect(client().activity(tokens.access, 1)).rejects.toThrow(StravaRefused);
    expect(server.requests.at(-1)).toBe('GET /api/v3/activities/1');
  });

  it('says until when the allowance is used up, and everybody is told', async () => {
    const { tokens } = await connected();
    server.answers([{ status: 429, headers: { 'retry-after': '20' } }]);
    const refused: unknown = await client()
      .activity(tokens.access, 1)
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AllowanceUsedUp);
    expect(refused).toMatchObject({ until: new Date('2026-11-21T10:07:20Z') });
    expect(usedUp).toEqual([new Date('2026-11-21T10:07:20Z')]);
  });

  it('answers the last request that is allowed, and everybody is told that it was', async () => {
    const { athlete, tokens } = await connected();
    const id = server.upload(athlete, track());
    server.answers([{ path: '/api', headers: { 'x-ratelimit-limit': '200,2000', 'x-ratelimit-usage': '200,700' } }]);
    expect(await client().activity(tokens.access, id)).toMatchObject({ id });
    expect(usedUp).toEqual([new Date('2026-11-21T10:15:05Z')]);
  });
});

const track = () => ({
  time: [0, 1],
  latlng: [
    [52, 21],
    [52.00001, 21],
  ] as const,
});
