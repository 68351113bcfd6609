import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCommand, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { decode } from '@googlemaps/polyline-codec';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { sweepErrands } from '../../src/running-game/strava/sweep.ts';
import { eventId, type WebhookEvent } from '../../src/running-game/strava/webhook-event.ts';
import { MINUTE } from '../../src/shared/time.ts';
import { configure } from '../support/accounts.ts';
import { executionsOf, stateOf } from '../support/machines.ts';
import { begunAtStrava, openRunOf, runAtStrava, runs, straightOn, stravaRows } from '../support/strava.ts';
import { type StravaServer, stravaOfStack } from '../support/strava-server.ts';
import { aws, tableName, tables } from '../support/tables.ts';
import { until } from '../support/until.ts';
import { prefix } from '../support/where.ts';
import { ask, expectStatus, newPerson, type Person } from './person.ts';

const PATH = '/api/v1/game/strava';
const TokenRequests = 'POST /oauth/token';

let strava: StravaServer;
const lambda = new LambdaClient(aws);
const executions = executionsOf('strava-sync');

beforeAll(async () => {
  strava = await stravaOfStack();
});
beforeEach(() => strava.answers([]));
afterAll(() => strava.close());

const answer = (query: URLSearchParams, connect = 'yes') =>
  ask('POST', `${PATH}/callback`, {
    text: new URLSearchParams({ state: query.get('state') ?? '', code: query.get('code') ?? '', connect }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

interface Runner extends Person {
  readonly athlete: number;
}

/** Somebody whose account at Strava is connected. */
async function connected(name: string, athlete = strava.newAthlete()): Promise<Runner> {
  const person = await newPerson(name);
  const { url } = await begunAtStrava(person);
  expectStatus(200, await answer(strava.allow(url, athlete)));
  return { ...person, athlete };
}

const connectionOf = async (person: Person) => {
  const connection = await stravaRows.connectionOf(person.id);
  if (!connection) throw new Error('nothing is connected');
  return connection;
};

/** Has an access token, or a renewal, end so many milliseconds from now. */
const ends = (person: Person, until: 'access_until' | 'renewing_until', inMs: number) =>
  tables().send(
    new UpdateCommand({
      TableName: tableName('game-strava'),
      Key: { pk: `user#${person.id}`, sk: 'connection' },
      UpdateExpression: 'SET #until = :end',
      ExpressionAttributeNames: { '#until': until },
      ExpressionAttributeValues: { ':end': new Date(Date.now() + inMs).toISOString() },
    }),
  );

const standing = async (person: Person) => (await person.ask('GET', `${PATH}/connection`)).body.status;

const push = (event: object) => ask('POST', `${PATH}/webhook`, { body: event });

let seconds = 0;
/** What Strava pushes about an activity; each at another moment. */
function activityEvent(owner: number, id: number, aspect: WebhookEvent['aspect_type'] = 'create'): WebhookEvent {
  return {
    object_type: 'activity',
    object_id: id,
    aspect_type: aspect,
    owner_id: owner,
    subscription_id: 120475,
    event_time: Math.floor(Date.now() / 1000) - 3600 + seconds++,
    updates: {},
  };
}

const goneEvent = (owner: number): WebhookEvent => ({
  ...activityEvent(owner, owner, 'update'),
  object_type: 'athlete',
  updates: { authorized: 'false' },
});

const outcomeOf = (errandId: string, limit?: number) =>
  until(`the end of ${errandId}`, async () => (await stravaRows.findErrand(errandId))?.outcome, limit);

/** Has Strava push it, and waits until it is dealt with: how that went, and where its execution has ended. */
async function pushed(runner: Runner, event: WebhookEvent) {
  const id = eventId(event, (await connectionOf(runner)).id);
  expectStatus(200, await push(event));
  const outcome = await outcomeOf(id);
  await until('the end of the execution', async () =>
    (await executions.status(`${id}_1`)) === 'RUNNING' ? undefined : true,
  );
  return { id, outcome, ended: await stateOf('strava-sync', `${id}_1`) };
}

const Activities = z.object({
  items: z.array(z.looseObject({ id: z.string(), name: z.string(), status: z.string() })),
  cursor: z.string().optional(),
});
const activitiesOf = async (person: Person, query = '') =>
  Activities.parse(expectStatus(200, await person.ask('GET', `${PATH}/activities${query}`)).body);

/** Whether any row of the table says so. */
async function isKept(text: string): Promise<boolean> {
  for await (const { Items } of paginateScan({ client: tables() }, { TableName: tableName('game-strava') }))
    if (JSON.stringify(Items).includes(text)) return true;
  return false;
}

/** Has the sweep look at it, as if more than its grace had passed. */
async function overdue(errandId: string) {
  const past = new Date(Date.now() - 60_000).toISOString();
  await tables().send(
    new UpdateCommand({
      TableName: tableName('game-strava'),
      Key: { pk: `errand#${errandId}`, sk: 'errand' },
      UpdateExpression: 'SET due = :past',
      ExpressionAttributeValues: { ':past': past },
    }),
  );
  const swept = await lambda.send(new InvokeCommand({ FunctionName: `${prefix}-sweep-strava`, Payload: '{}' }));
  expect(swept.FunctionError).toBeUndefined();
}

/** Waits until Strava knows nothing of an athlete any more, which a sweep sees to; there is no need to wait for that of the stack. */
async function forgottenAtStrava(athlete: number): Promise<void> {
  const soon = () => new Date(Date.now() + MINUTE);
  await sweepErrands({ store: stravaRows, executions, now: soon, report: () => undefined });
  await until('its being forgotten', async () => !strava.isAuthorized(athlete) || undefined);
}

describe('connecting', () => {
  it('asks whose account it is, and connects it once', async () => {
    const [person, athlete] = [await newPerson('runner'), strava.newAthlete()];
    expect(await standing(person)).toBe('NOT_CONNECTED');
    const { url, state } = await begunAtStrava(person);
    expect(url.startsWith(`${strava.url}/oauth/authorize?`)).toBe(true);
    expect(url).not.toContain(person.id);
    const query = strava.allow(url, athlete);

    const asked = expectStatus(200, await ask('GET', `${PATH}/callback?${query}`));
    expect(asked.body.page).toContain(person.email);
    expect(asked.headers.get('cache-control')).toBe('no-store');
    expect(await standing(person)).toBe('NOT_CONNECTED');

    expectStatus(200, await answer(query));
    const { body } = await person.ask('GET', `${PATH}/connection`);
    expect(body).toEqual({ status: 'CONNECTED', athlete_id: String(athlete), connected_at: expect.any(String) });

    expectStatus(403, await answer(query));
    expectStatus(403, await ask('GET', `${PATH}/callback?${query}`));
    expect(await stravaRows.takeBegun(state, new Date())).toBeUndefined();
  });

  it('keeps tokens so that the table does not show them', async () => {
    const runner = await connected('careful');
    const { tokens } = await connectionOf(runner);
    expect(Buffer.from(tokens, 'base64url').toString('latin1')).not.toMatch(/access-|refresh-/);
    expect(await isKept('access-')).toBe(false);
    expect(await isKept('refresh-')).toBe(false);
  });

  it('leaves everything as it is for those who do not want to, or not enough', async () => {
    const person = await newPerson('hesitant');
    const { url } = await begunAtStrava(person);
    const query = strava.allow(url, strava.newAthlete());
    expectStatus(200, await ask('GET', `${PATH}/callback?state=${query.get('state')}&error=access_denied`));
    query.set('scope', 'read');
    expectStatus(403, await ask('GET', `${PATH}/callback?${query}`));
    expectStatus(200, await answer(query, 'no'));
    expectStatus(403, await answer(query));
    expect(await standing(person)).toBe('NOT_CONNECTED');
  });

  it('of one athlete with two users, or of two athletes with one, is refused', async () => {
    const first = await connected('first');
    const other = await newPerson('other');
    expectStatus(409, await answer(strava.allow((await begunAtStrava(other)).url, first.athlete)));
    expect(await standing(other)).toBe('NOT_CONNECTED');
    expect(strava.isAuthorized(first.athlete)).toBe(true);
    const [nobodys, somebodys] = [strava.newAthlete(), (await connected('third')).athlete];
    for (const athlete of [nobodys, somebodys])
      expectStatus(409, await answer(strava.allow((await begunAtStrava(first)).url, athlete)));
    expect((await connectionOf(first)).athlete_id).toBe(first.athlete);
    // As the page says: nothing is left of what was not connected.
    await forgottenAtStrava(nobodys);
    expect(strava.isAuthorized(somebodys)).toBe(true);
  });

  it('that is refused leaves whoever has the athlete with tokens that Strava takes', async () => {
    const runner = await connected('owner');
    const other = await newPerson('second');
    expectStatus(409, await answer(strava.allow((await begunAtStrava(other)).url, runner.athlete)));
    await ends(runner, 'access_until', -MINUTE);
    const id = strava.upload(runner.athlete, straightOn(120));
    expect((await pushed(runner, activityEvent(runner.athlete, id))).outcome).toBe('STORED');
  });

  it('once more, where the answer is lost, ends nothing', async () => {
    const runner = await connected('interrupted');
    const id = strava.upload(runner.athlete, straightOn(120));
    await pushed(runner, activityEvent(runner.athlete, id));
    strava.answers([{ path: '/oauth/token', done: true, status: 502 }]);
    expectStatus(503, await answer(strava.allow((await begunAtStrava(runner)).url, runner.athlete)));
    expect((await connectionOf(runner)).renewing_until).toBeDefined();
    // Hours later.
    for (const until of ['access_until', 'renewing_until'] as const) await ends(runner, until, -MINUTE);
    expect((await pushed(runner, activityEvent(runner.athlete, id, 'update'))).outcome).toBe('REFUSED');
    expect(await standing(runner)).toBe('NEEDS_RECONNECT');
    expect((await activitiesOf(runner)).items).toHaveLength(1);
  });

  it('leaves nothing of somebody who leaves Carillon meanwhile', async () => {
    const [person, athlete] = [await newPerson('hasty'), strava.newAthlete()];
    const query = strava.allow((await begunAtStrava(person)).url, athlete);
    strava.answers([{ path: '/oauth/token', late: 5000 }]);
    const begun = strava.requests.length;
    const answered = answer(query);
    await until('the request', async () => (strava.requests.length > begun ? true : undefined));
    expectStatus(204, await person.ask('DELETE', `/api/v1/users/${person.id}`));
    expectStatus(403, await answered);
    expect(await stravaRows.connectionOf(person.id)).toBeUndefined();
    expect(await stravaRows.ownerOf(athlete)).toBeUndefined();
    await forgottenAtStrava(athlete);
  });

  it('again goes on with what there is', async () => {
    const runner = await connected('twice');
    const before = await connectionOf(runner);
    expectStatus(200, await answer(strava.allow((await begunAtStrava(runner)).url, runner.athlete)));
    const after = await connectionOf(runner);
    expect(after).toMatchObject({ id: before.id, connected_at: before.connected_at, revision: before.revision + 1 });
    expect(after.tokens).not.toBe(before.tokens);
  });

  it('takes no state that nobody was given, none that is too old, and no code that Strava did not give', async () => {
    const person = await newPerson('forger');
    expectStatus(403, await answer(new URLSearchParams({ state: 'x'.repeat(43), code: 'any' })));
    const old = await begunAtStrava(person);
    const query = strava.allow(old.url, strava.newAthlete());
    await tables().send(
      new UpdateCommand({
        TableName: tableName('game-strava'),
        Key: { pk: `connect#${old.state}`, sk: 'connect' },
        UpdateExpression: 'SET expires_at = :past',
        ExpressionAttributeValues: { ':past': Math.floor(Date.now() / 1000) - 1 },
      }),
    );
    expectStatus(403, await ask('GET', `${PATH}/callback?${query}`));
    expectStatus(403, await answer(query));
    const { state } = await begunAtStrava(person);
    expectStatus(403, await answer(new URLSearchParams({ state, code: 'made-up' })));
    expect(await standing(person)).toBe('NOT_CONNECTED');
  });

  it('is begun as well where the first answer of the table was lost, and the write is sent once more', async () => {
    const person = await newPerson('twice');
    const { state } = await begunAtStrava(person);
    await stravaRows.begin(state, person.id, new Date());
    expect(await stravaRows.begunBy(state, new Date())).toBe(person.id);
  });

  it.each([
    ['is down', { status: 503 }],
    ['allows nothing more', { status: 429 }],
    ['talks nonsense', { body: '<html>' }],
    [
      'names a moment that no date has',
      { body: '{"access_token":"a","refresh_token":"r","expires_at":1e15,"athlete":{"id":1}}' },
    ],
  ])('while Strava %s can be begun again', async (_, instead) => {
    const person = await newPerson('patient');
    const athlete = strava.newAthlete();
    const { url } = await begunAtStrava(person);
    strava.answers([{ path: '/oauth/token', ...instead }]);
    expectStatus(503, await answer(strava.allow(url, athlete)));
    expectStatus(200, await answer(strava.allow((await begunAtStrava(person)).url, athlete)));
    expect(await standing(person)).toBe('CONNECTED');
  });

  it('is not possible where Strava is not set up', async () => {
    const undo = await configure('game-strava-api', { STRAVA_CLIENT_ID: '' });
    try {
      const person = await newPerson('early');
      const off = { type: 'urn:carillon:problem:strava-off' };
      expect(expectStatus(404, await person.ask('POST', `${PATH}/connect`)).body).toMatchObject(off);
      expect(expectStatus(404, await push(activityEvent(1, 1))).body).toMatchObject(off);
      expect(await standing(person)).toBe('NOT_CONNECTED');
    } finally {
      await undo();
    }
  });
});

describe('the webhook', () => {
  const check = (token: string) =>
    ask('GET', `${PATH}/webhook?hub.mode=subscribe&hub.challenge=15f7d1a91c1f40f8&hub.verify_token=${token}`);

  it('answers the challenge to whoever knows the token', async () => {
    const answered = expectStatus(200, await check('webhook-token-of-the-tests'));
    expect(answered.body).toEqual({ 'hub.challenge': '15f7d1a91c1f40f8' });
    expectStatus(403, await check('webhook-token-of-the-test'));
  });

  it('takes an event once, however often it is pushed, and answers before anything is fetched', async () => {
    const runner = await connected('pushed');
    const id = strava.upload(runner.athlete, straightOn(600));
    // So that all answers come from functions that run already.
    await Promise.all(Array.from({ length: 5 }, () => push(activityEvent(strava.newAthlete(), 1))));
    strava.answers([{ path: '/api', delay: 7000 }]);
    const event = activityEvent(runner.athlete, id);
    const begun = strava.requests.length;
    const answers = await Promise.all(Array.from({ length: 5 }, () => push(event)));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(answers.map(() => [200, {}]));
    expect(strava.requests.slice(begun)).not.toContain(`GET /api/v3/activities/${id}/streams`);
    expect((await pushed(runner, event)).outcome).toBe('STORED');
    expect(strava.requests.slice(begun)).toEqual([
      `GET /api/v3/activities/${id}`,
      `GET /api/v3/activities/${id}/streams`,
    ]);
    expect((await activitiesOf(runner)).items).toHaveLength(1);
  });

  it('takes news that comes late', async () => {
    const runner = await connected('late');
    const event = activityEvent(runner.athlete, strava.upload(runner.athlete, straightOn(10)));
    expectStatus(200, await push({ ...event, event_time: 1_516_126_040 }));
    await until('the run', async () => (await activitiesOf(runner)).items[0]);
  });

  it('passes over athletes whom nobody has connected, and other subscriptions', async () => {
    const runner = await connected('quiet');
    const event = activityEvent(runner.athlete, strava.upload(runner.athlete, straightOn(10)));
    const begun = strava.requests.length;
    const { id } = await connectionOf(runner);
    const others = [
      { ...event, owner_id: strava.newAthlete() },
      { ...goneEvent(runner.athlete), updates: { weight: '70' } },
    ];
    for (const other of others) expectStatus(200, await push(other));
    const undo = await configure('game-strava-api', { STRAVA_SUBSCRIPTION_ID: '1' });
    try {
      expectStatus(200, await push(event));
    } finally {
      await undo();
    }
    for (const each of [...others, event]) expect(await stravaRows.findErrand(eventId(each, id))).toBeUndefined();
    expect(strava.requests.slice(begun)).toEqual([]);
  });
});

describe('an activity', () => {
  it('is judged by the rules of the game, and seen by its athlete only', async () => {
    const runner = await connected('athlete');
    const id = strava.upload(runner.athlete, { ...straightOn(601), name: 'Along the river', sport_type: 'TrailRun' });
    const { outcome, ended } = await pushed(runner, activityEvent(runner.athlete, id));
    expect([outcome, ended]).toEqual(['STORED', 'ActivityStored']);
    const { items } = await activitiesOf(runner);
    expect(items).toEqual([
      {
        id: String(id),
        link: `https://www.strava.com/activities/${id}`,
        name: 'Along the river',
        sport: 'TrailRun',
        status: 'COUNTS',
        started_at: '2026-11-20T06:30:00.000Z',
        fetched_at: expect.any(String),
        distance_m: expect.any(Number),
        duration_s: 600,
        moving_s: expect.any(Number),
        pace_s_per_km: expect.any(Number),
        refused: [],
        flags: [],
        polylines: [expect.any(String)],
      },
    ]);
    const { distance_m, polylines } = z
      .object({ distance_m: z.number(), polylines: z.array(z.string()) })
      .parse(items[0]);
    // 600 steps of 0.000027 degrees of latitude.
    expect(Math.abs(distance_m - 1801)).toBeLessThan(10);
    expect(decode(polylines[0] ?? '', 5)[0]).toEqual([52.2, 21.01]);

    const stranger = await connected('stranger');
    expect((await activitiesOf(stranger)).items).toEqual([]);
    expect((await activitiesOf(await newPerson('nobody'))).items).toEqual([]);
  });

  it('tells why it does not count', async () => {
    const runner = await connected('slow');
    await pushed(runner, activityEvent(runner.athlete, strava.upload(runner.athlete, straightOn(10))));
    await pushed(runner, activityEvent(runner.athlete, strava.upload(runner.athlete, { time: [0, 1] })));
    expect((await activitiesOf(runner)).items.map(({ status, reason }) => [status, reason]).sort()).toEqual([
      ['DOES_NOT_COUNT', 'NO_POINTS_LEFT'],
      ['DOES_NOT_COUNT', 'TOO_SHORT'],
    ]);
  });

  it('follows what becomes of it at Strava', async () => {
    const runner = await connected('editor');
    const id = strava.upload(runner.athlete, straightOn(600));
    await pushed(runner, activityEvent(runner.athlete, id));
    strava.upload(runner.athlete, { ...straightOn(600), name: 'Evening Run' }, id);
    await pushed(runner, activityEvent(runner.athlete, id, 'update'));
    expect((await activitiesOf(runner)).items.map(({ name }) => name)).toEqual(['Evening Run']);

    strava.remove(id);
    const { outcome, ended } = await pushed(runner, activityEvent(runner.athlete, id, 'delete'));
    expect([outcome, ended]).toEqual(['GONE', 'ActivityGone']);
    expect((await activitiesOf(runner)).items).toEqual([]);
  });

  it('is not deleted because somebody says so', async () => {
    const runner = await connected('victim');
    const id = strava.upload(runner.athlete, straightOn(600));
    await pushed(runner, activityEvent(runner.athlete, id));
    const { outcome } = await pushed(runner, activityEvent(runner.athlete, id, 'delete'));
    expect(outcome).toBe('STORED');
    expect((await activitiesOf(runner)).items).toHaveLength(1);
  });

  it('that is no run, or another athlete’s, is not kept', async () => {
    const [runner, other] = [await connected('one'), await connected('two')];
    const ride = strava.upload(runner.athlete, { ...straightOn(600), sport_type: 'Ride' });
    expect((await pushed(runner, activityEvent(runner.athlete, ride))).outcome).toBe('GONE');
    const theirs = strava.upload(other.athlete, straightOn(600));
    expect((await pushed(runner, activityEvent(runner.athlete, theirs))).outcome).toBe('GONE');
    expect((await activitiesOf(runner)).items).toEqual([]);
  });

  it('that was a run and is none any more goes', async () => {
    const runner = await connected('cyclist');
    const id = strava.upload(runner.athlete, straightOn(600));
    await pushed(runner, activityEvent(runner.athlete, id));
    strava.upload(runner.athlete, { ...straightOn(600), sport_type: 'Ride' }, id);
    expect((await pushed(runner, activityEvent(runner.athlete, id, 'update'))).outcome).toBe('GONE');
    expect((await activitiesOf(runner)).items).toEqual([]);
  });

  it('is one of several pages, the last uploaded first', async () => {
    const runner = await connected('often');
    for (const id of [101, 103, 102])
      await pushed(runner, activityEvent(runner.athlete, strava.upload(runner.athlete, straightOn(60), id)));
    const first = await activitiesOf(runner, '?limit=2');
    const second = await activitiesOf(runner, `?limit=2&cursor=${first.cursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['103', '102', '101']);
    const other = await connected('reader');
    expectStatus(400, await other.ask('GET', `${PATH}/activities?cursor=${first.cursor}`));
  });
});

describe('tokens', () => {
  it('are renewed once, when they end within minutes, however much there is to fetch', async () => {
    const runner = await connected('busy');
    const { revision, id } = await connectionOf(runner);
    strava.accessLasts(6 * 3600);
    await ends(runner, 'access_until', 4 * MINUTE);
    const begun = strava.requests.length;
    const events = Array.from({ length: 4 }, () =>
      activityEvent(runner.athlete, strava.upload(runner.athlete, straightOn(120))),
    );
    await Promise.all(events.map(push));
    for (const event of events) expect(await outcomeOf(eventId(event, id), 110)).toBe('STORED');
    expect(strava.requests.slice(begun).filter((each) => each === TokenRequests)).toHaveLength(1);
    expect((await connectionOf(runner)).revision).toBe(revision + 1);
    expect((await activitiesOf(runner)).items).toHaveLength(4);
  });

  it('that Strava takes long to renew are waited for', async () => {
    const runner = await connected('calm');
    strava.accessLasts(6 * 3600);
    strava.answers([{ path: '/oauth/token', late: 9000 }]);
    const begun = strava.requests.length;
    const id = strava.upload(runner.athlete, straightOn(120));
    expect((await pushed(runner, activityEvent(runner.athlete, id))).outcome).toBe('STORED');
    expect(strava.requests.slice(begun).filter((each) => each === TokenRequests)).toHaveLength(1);
  });

  it('that may have been lost on their way end nothing: the athlete connects once more', async () => {
    const runner = await connected('lost');
    const id = strava.upload(runner.athlete, straightOn(600));
    await pushed(runner, activityEvent(runner.athlete, id));
    // Somebody was at renewing them, and had no answer; and what there is opens nothing.
    await ends(runner, 'renewing_until', -MINUTE);
    strava.withdraw(runner.athlete);
    const { outcome, ended } = await pushed(runner, activityEvent(runner.athlete, id, 'update'));
    expect([outcome, ended]).toEqual(['REFUSED', 'AccessRefused']);
    expect(await standing(runner)).toBe('NEEDS_RECONNECT');
    expect((await activitiesOf(runner)).items).toHaveLength(1);

    expectStatus(200, await answer(strava.allow((await begunAtStrava(runner)).url, runner.athlete)));
    expect(await standing(runner)).toBe('CONNECTED');
    expect((await activitiesOf(runner)).items).toHaveLength(1);
    expect((await pushed(runner, activityEvent(runner.athlete, id, 'update'))).outcome).toBe('STORED');
  });

  it('that Strava refuses before their time are renewed', async () => {
    const runner = await connected('refused');
    strava.accessLasts(6 * 3600);
    const id = strava.upload(runner.athlete, straightOn(120));
    expect((await pushed(runner, activityEvent(runner.athlete, id))).outcome).toBe('STORED');
  });
});

describe('a busy or broken Strava', () => {
  it('is asked nothing more until it allows it', async () => {
    const runner = await connected('eager');
    const [first, second] = [1, 2].map(() => strava.upload(runner.athlete, straightOn(120)));
    strava.answers([{ path: '/api', status: 429, headers: { 'retry-after': '4' }, body: '{}' }]);
    const begun = strava.requests.length;
    const events = [first ?? 0, second ?? 0].map((id) => activityEvent(runner.athlete, id));
    const { id } = await connectionOf(runner);
    expectStatus(200, await push(events[0] ?? {}));
    await until('the refusal', async () => (strava.requests.length > begun ? true : undefined));
    expectStatus(200, await push(events[1] ?? {}));
    for (const event of events) expect(await outcomeOf(eventId(event, id))).toBe('STORED');
    const asked = strava.requests.slice(begun);
    expect(asked.filter((each) => each === `GET /api/v3/activities/${second}`)).toHaveLength(1);
    expect(asked).toHaveLength(5);
  });

  it('is asked again when it failed', async () => {
    const runner = await connected('steady');
    const id = strava.upload(runner.athlete, straightOn(120));
    strava.answers([
      { path: '/api', status: 503, body: 'down' },
      { path: '/api', status: 500, body: '<html>' },
    ]);
    expect((await pushed(runner, activityEvent(runner.athlete, id))).outcome).toBe('STORED');
  });

  it('that tells nonsense has nothing stored, and the next look finds it', async () => {
    const runner = await connected('puzzled');
    const id = strava.upload(runner.athlete, straightOn(120));
    strava.answers([{ path: '/api', body: '{"id":"nonsense"}' }]);
    const event = activityEvent(runner.athlete, id);
    const errand = eventId(event, (await connectionOf(runner)).id);
    expectStatus(200, await push(event));
    await until('the failure', async () =>
      (await stateOf('strava-sync', `${errand}_1`).catch(() => undefined)) === 'SyncFailed' ? true : undefined,
    );
    expect((await activitiesOf(runner)).items).toEqual([]);
    await overdue(errand);
    expect(await outcomeOf(errand)).toBe('STORED');
    expect((await stravaRows.findErrand(errand))?.run).toBe(2);
  });
});

describe('disconnecting', () => {
  it('deletes tokens and runs at once, and Strava forgets it', async () => {
    const runner = await connected('leaver');
    await pushed(runner, activityEvent(runner.athlete, strava.upload(runner.athlete, straightOn(120))));
    const { id } = await connectionOf(runner);
    expectStatus(204, await runner.ask('DELETE', `${PATH}/connection`));
    expect(await standing(runner)).toBe('NOT_CONNECTED');
    expect((await activitiesOf(runner)).items).toEqual([]);
    expect(await isKept(`kept#${id}`)).toBe(false);
    expect(await outcomeOf(`end-${id}`)).toBe('DISCONNECTED');
    expect(strava.isAuthorized(runner.athlete)).toBe(false);
    expect(await stravaRows.findErrand(`end-${id}`)).not.toHaveProperty('tokens');
    expectStatus(204, await runner.ask('DELETE', `${PATH}/connection`));
  });

  it('with tokens that have ended withdraws them as well', async () => {
    const runner = await connected('sleeper');
    const { id } = await connectionOf(runner);
    await ends(runner, 'access_until', -MINUTE);
    expectStatus(204, await runner.ask('DELETE', `${PATH}/connection`));
    expect(await outcomeOf(`end-${id}`)).toBe('DISCONNECTED');
    expect(strava.isAuthorized(runner.athlete)).toBe(false);
  });

  it('at Strava deletes everything here', async () => {
    const runner = await connected('withdrawn');
    await pushed(runner, activityEvent(runner.athlete, strava.upload(runner.athlete, straightOn(120))));
    const { id } = await connectionOf(runner);
    strava.withdraw(runner.athlete);
    const { outcome, ended } = await pushed(runner, goneEvent(runner.athlete));
    expect([outcome, ended]).toEqual(['DISCONNECTED', 'AthleteDisconnected']);
    expect(await standing(runner)).toBe('NOT_CONNECTED');
    expect(await isKept(`kept#${id}`)).toBe(false);
    expectStatus(200, await answer(strava.allow((await begunAtStrava(runner)).url, runner.athlete)));
    expect((await activitiesOf(runner)).items).toEqual([]);
  });

  it('is noticed when the next run is fetched, where the event was lost', async () => {
    const runner = await connected('unnoticed');
    strava.withdraw(runner.athlete);
    const id = strava.upload(runner.athlete, straightOn(120));
    expect((await pushed(runner, activityEvent(runner.athlete, id))).outcome).toBe('DISCONNECTED');
    expect(await standing(runner)).toBe('NOT_CONNECTED');
  });

  it('does not happen because somebody says so', async () => {
    const runner = await connected('slandered');
    const { outcome, ended } = await pushed(runner, goneEvent(runner.athlete));
    expect([outcome, ended]).toEqual(['IGNORED', 'EventIgnored']);
    expect(await standing(runner)).toBe('CONNECTED');
  });

  it('comes with leaving Carillon', async () => {
    const runner = await connected('gone');
    await pushed(runner, activityEvent(runner.athlete, strava.upload(runner.athlete, straightOn(120))));
    const { id } = await connectionOf(runner);
    expectStatus(204, await runner.ask('DELETE', `/api/v1/users/${runner.id}`));
    expect(await stravaRows.connectionOf(runner.id)).toBeUndefined();
    expect(await isKept(`kept#${id}`)).toBe(false);
    await overdue(`end-${id}`);
    expect(await outcomeOf(`end-${id}`)).toBe('DISCONNECTED');
    expect(strava.isAuthorized(runner.athlete)).toBe(false);
  });
});

describe('entering a run into the game', () => {
  const enter = (person: Person, activityId: number, runId: string) =>
    person.ask('POST', `${PATH}/activities/${activityId}/enter`, { body: { run_id: runId } });

  it('uploads its points to an open run, once', async () => {
    const runner = await connected('sharer');
    const id = strava.upload(runner.athlete, { ...straightOn(2500), altitude: straightOn(2500).time });
    await pushed(runner, activityEvent(runner.athlete, id));
    const runId = await openRunOf(runner.id);
    for (let again = 0; again < 2; again++)
      expect(expectStatus(200, await enter(runner, id, runId)).body).toEqual({ run_id: runId, points: 2500 });
    expect(await runs.find(runId)).toMatchObject({ status: 'OPEN', batches: 3, points: 2500 });
    const points = (await Array.fromAsync(runs.batchesOf(runId))).flatMap((batch) => batch.points);
    expect(points[0]).toMatchObject({ t: Date.parse('2026-11-20T06:30:00Z'), lat: 52.2, lon: 21.01, altitude: 0 });
    expect(points).toHaveLength(2500);
  });

  it('is for one’s own runs, of both kinds', async () => {
    const [one, other] = [await newPerson('one'), await newPerson('other')];
    const [mine, theirs] = [await runAtStrava(one.id), await runAtStrava(other.id)];
    expectStatus(404, await enter(one, theirs.activityId, mine.runId));
    expectStatus(404, await enter(one, mine.activityId, theirs.runId));
    expectStatus(404, await enter(await newPerson('none'), mine.activityId, mine.runId));
  });

  it('is not possible unless the operator has it, and then no points are kept', async () => {
    const undo = [
      await configure('game-strava-api', { STRAVA_SHARING: 'off' }),
      await configure('sync-strava', { STRAVA_SHARING: 'off' }),
    ];
    try {
      const runner = await connected('private');
      const id = strava.upload(runner.athlete, straightOn(600));
      await pushed(runner, activityEvent(runner.athlete, id));
      const refused = expectStatus(403, await enter(runner, id, await openRunOf(runner.id)));
      expect(refused.body).toMatchObject({ type: 'urn:carillon:problem:strava-sharing-off' });
      expect((await activitiesOf(runner)).items).toHaveLength(1);
      expect(await isKept(`points#${String(id).padStart(16, '0')}`)).toBe(false);
    } finally {
      for (const each of undo) await each();
    }
  });

  it('leaves with the run when Strava has it no longer', async () => {
    const runner = await connected('deleter');
    const id = strava.upload(runner.athlete, straightOn(600));
    await pushed(runner, activityEvent(runner.athlete, id));
    expect(await isKept(`points#${String(id).padStart(16, '0')}`)).toBe(true);
    strava.remove(id);
    await pushed(runner, activityEvent(runner.athlete, id, 'delete'));
    expect(await isKept(`points#${String(id).padStart(16, '0')}`)).toBe(false);
  });
});

it('a run from Strava leaves after the time that it may be kept', async () => {
  const runner = await connected('old');
  const id = strava.upload(runner.athlete, straightOn(120));
  await pushed(runner, activityEvent(runner.athlete, id));
  const connection = await connectionOf(runner);
  const key = { pk: `kept#${connection.id}`, sk: `activity#${String(id).padStart(16, '0')}` };
  const { Item } = await tables().send(new GetCommand({ TableName: tableName('game-strava'), Key: key }));
  const expiresAt = Number(Item?.expires_at);
  expect(Math.abs(expiresAt - Date.now() / 1000 - 7 * 86_400)).toBeLessThan(300);
  const later = new Date(expiresAt * 1000);
  expect((await stravaRows.list(connection.id, { limit: 20, after: undefined }, later)).items).toEqual([]);
  expect(await stravaRows.find(connection.id, id, later)).toBeUndefined();
});
