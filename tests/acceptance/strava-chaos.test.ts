import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { disconnect } from '../../src/running-game/strava/disconnect.ts';
import { type Errand, isOpen } from '../../src/running-game/strava/errand.ts';
import { runErrand } from '../../src/running-game/strava/run-errand.ts';
import { stravaClient } from '../../src/running-game/strava/strava-client.ts';
import { stravaStore } from '../../src/running-game/strava/strava-store.ts';
import { takeEvent } from '../../src/running-game/strava/take-event.ts';
import { tokenVault } from '../../src/running-game/strava/token-vault.ts';
import type { WebhookEvent } from '../../src/running-game/strava/webhook-event.ts';
import { DAY, HOUR, MINUTE } from '../../src/shared/time.ts';
import { TransientFailure } from '../../src/shared/workflow/task.ts';
import { dice } from '../support/dice.ts';
import { Died, frail, immortal, mortal, type Step } from '../support/mortal.ts';
import { ownTable } from '../support/own-table.ts';
import { straightOn } from '../support/strava.ts';
import { type StravaServer, startStrava } from '../support/strava-server.ts';
import { tables } from '../support/tables.ts';
import { until } from '../support/until.ts';

let strava: StravaServer;
let table: Awaited<ReturnType<typeof ownTable>>;
const vault = tokenVault('s'.repeat(64));

beforeAll(async () => {
  [strava, table] = await Promise.all([startStrava(), ownTable('running-game/strava', 'GameStravaTable')]);
});
afterAll(() => Promise.all([strava.close(), table.remove()]));

const plain = () => stravaStore(tables(), table.name);

/** A clock that never shows the same twice, and may be moved on. */
function clock() {
  let last = Date.now();
  return {
    now: () => {
      last = Math.max(last + 1, Date.now());
      return new Date(last);
    },
    pass: (ms: number) => {
      last += ms;
    },
  };
}

/** What a function works with; each of its calls to the outside goes through `step`. */
function depsOf(step: Step, now: () => Date) {
  const store = stravaStore(tables(step), table.name);
  const client = stravaClient({
    url: strava.url,
    clientId: '4711',
    clientSecret: 'client-secret-of-the-tests',
    timeoutMs: 5000,
    now,
    // Whoever asks may die before and after, as with every other call.
    usedUp: plain().useUp,
  });
  return {
    store,
    strava: {
      refresh: (token: string) => step(() => client.refresh(token)),
      deauthorize: (token: string) => step(() => client.deauthorize(token)),
      isAccepted: (token: string) => step(() => client.isAccepted(token)),
      activity: (token: string, id: number) => step(() => client.activity(token, id)),
      points: (token: string, activity: Parameters<typeof client.points>[1]) =>
        step(() => client.points(token, activity)),
    },
    vault,
    sharing: true,
    keptFor: DAY,
    longestRun: HOUR,
    now,
    random: () => 0,
  };
}

/** Somebody whose account at Strava is connected; `expired`: with an access token that has to be renewed. */
async function connected({ expired = false, athlete = strava.newAthlete() } = {}) {
  const client = stravaClient({
    url: strava.url,
    clientId: '4711',
    clientSecret: 'client-secret-of-the-tests',
    timeoutMs: 5000,
    now: () => new Date(),
    usedUp: async () => undefined,
  });
  const query = strava.allow(client.authorizeUrl('https://example.com/back', 'state'), athlete);
  const { tokens, accessUntil } = await client.exchange(query.get('code') ?? '');
  const connection = {
    id: randomUUID(),
    user_id: randomUUID(),
    athlete_id: athlete,
    connected_at: new Date().toISOString(),
    tokens: vault.lock(tokens, athlete),
    access_until: (expired ? new Date() : accessUntil).toISOString(),
    revision: 1,
  };
  if (!(await plain().connect(connection, undefined))) throw new Error('it was not connected');
  return connection;
}

/** What is kept of a connection: names of activities by their ids, and how many rows there are. */
async function keptOf(connectionId: string) {
  const rows = await tables().send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `kept#${connectionId}` },
      ConsistentRead: true,
    }),
  );
  const { items } = await plain().list(connectionId, { limit: 100, after: undefined }, new Date());
  return { rows: rows.Items?.length ?? 0, activities: new Map(items.map(({ id, name }) => [id, name])) };
}

let nth = 0;
const eventOf = (athlete: number, id: number): WebhookEvent => ({
  object_type: 'activity',
  object_id: id,
  aspect_type: 'update',
  owner_id: athlete,
  subscription_id: 1,
  event_time: Math.floor(Date.now() / 1000) - 3600 + nth++,
});
const goneEventOf = (athlete: number): WebhookEvent => ({
  ...eventOf(athlete, athlete),
  object_type: 'athlete',
  updates: { authorized: 'false' },
});

/** The errand that an event makes, which nothing is started for. */
async function errandOf(event: WebhookEvent): Promise<string> {
  let made = '';
  await takeEvent(
    event,
    {
      store: plain(),
      executions: {
        start: async (name) => {
          made = name.replace(/_1$/, '');
          return true;
        },
      },
      subscriptionId: '',
    },
    new Date(),
  );
  return made;
}

interface Story {
  /** Makes what is to be done, and answers its errand. */
  readonly begin: () => Promise<{ connectionId: string; userId: string; athlete: number; errandId: string }>;
  /** How it may end. */
  readonly ends: readonly Errand['outcome'][];
}

const STORIES: Record<string, Story> = {
  'a run with a fresh token': {
    async begin() {
      const { id, user_id, athlete_id } = await connected();
      const run = strava.upload(athlete_id, { ...straightOn(60), name: 'There' });
      const errandId = await errandOf(eventOf(athlete_id, run));
      return { connectionId: id, userId: user_id, athlete: athlete_id, errandId };
    },
    ends: ['STORED'],
  },
  'a run with a token to renew': {
    async begin() {
      const { id, user_id, athlete_id } = await connected({ expired: true });
      const run = strava.upload(athlete_id, { ...straightOn(60), name: 'There' });
      const errandId = await errandOf(eventOf(athlete_id, run));
      return { connectionId: id, userId: user_id, athlete: athlete_id, errandId };
    },
    // Where the new refresh token was never written down, the old one is worth nothing: the athlete connects once more.
    ends: ['STORED', 'REFUSED'],
  },
  'an athlete who has withdrawn': {
    async begin() {
      const { id, user_id, athlete_id } = await connected();
      const run = strava.upload(athlete_id, straightOn(60));
      const first = await errandOf(eventOf(athlete_id, run));
      const time = clock();
      await runErrand({ errandId: first, run: 1 }, depsOf(immortal().step, time.now));
      strava.withdraw(athlete_id);
      const errandId = await errandOf(goneEventOf(athlete_id));
      return { connectionId: id, userId: user_id, athlete: athlete_id, errandId };
    },
    ends: ['DISCONNECTED'],
  },
  'a connection that its user has ended': {
    async begin() {
      const { id, user_id, athlete_id } = await connected({ expired: true });
      const errand = await disconnect(user_id, plain(), new Date());
      return { connectionId: id, userId: user_id, athlete: athlete_id, errandId: errand?.id ?? '' };
    },
    ends: ['DISCONNECTED'],
  },
};

describe('a function that dies at any step', () => {
  it.each(Object.entries(STORIES))('of %s leaves it to the next one', async (_, { begin, ends }) => {
    const whole = immortal();
    const { errandId: undisturbed } = await begin();
    await runErrand({ errandId: undisturbed, run: 1 }, depsOf(whole.step, clock().now));
    expect(whole.steps()).toBeGreaterThan(3);

    const seen = new Set<unknown>();
    for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
      for (const takesEffect of [false, true]) {
        const time = clock();
        const { errandId, connectionId, userId, athlete } = await begin();
        await expect(
          runErrand({ errandId, run: 1 }, depsOf(mortal(diesAt, takesEffect).step, time.now)),
        ).rejects.toThrow(Died);
        // Longer than somebody who renews tokens lives.
        time.pass(2 * MINUTE);
        const { status } = await runErrand({ errandId, run: 1 }, depsOf(immortal().step, time.now));
        expect(ends).toContain(status);
        seen.add(status);
        const errand = await plain().findErrand(errandId);
        expect(errand).toMatchObject({ outcome: status });
        expect(errand).not.toHaveProperty('tokens');
        const { rows, activities } = await keptOf(connectionId);
        if (status === 'STORED') {
          expect([...activities.values()]).toEqual(['There']);
          expect(await plain().connectionOf(userId)).toMatchObject({ id: connectionId });
        } else if (status === 'REFUSED') {
          expect(await plain().connectionOf(userId)).toMatchObject({ id: connectionId, refused: true });
        } else {
          expect(rows).toBe(0);
          expect(await plain().connectionOf(userId)).toBeUndefined();
          expect(await plain().ownerOf(athlete)).toBeUndefined();
        }
      }
    }
    expect([...seen].sort()).toEqual([...ends].sort());
  });
});

/** So that no errand is left when the table is looked through for open ones. */
async function carriedOut(errand: Errand | undefined) {
  const done = await runErrand({ errandId: errand?.id ?? '', run: 1 }, depsOf(immortal().step, clock().now));
  expect(done).toEqual({ status: 'DISCONNECTED' });
}

describe('a look that takes long', () => {
  /** An errand whose last answer is late, and what happened at Strava while it was under way. */
  async function meanwhile(change: (athlete: number, run: number) => void) {
    const { id, athlete_id } = await connected();
    const run = strava.upload(athlete_id, { ...straightOn(60), name: 'Before' });
    const time = clock();
    const [slow, next] = [await errandOf(eventOf(athlete_id, run)), await errandOf(eventOf(athlete_id, run))];
    const begun = strava.requests.length;
    strava.answers([{ path: `/api/v3/activities/${run}/streams`, late: 1000 }]);
    const slowly = runErrand({ errandId: slow, run: 1 }, depsOf(immortal().step, time.now));
    await until('the request', async () => (strava.requests.length >= begun + 2 ? true : undefined));
    change(athlete_id, run);
    const { status } = await runErrand({ errandId: next, run: 1 }, depsOf(immortal().step, time.now));
    const before = await keptOf(id);
    await slowly;
    expect(await keptOf(id)).toEqual(before);
    return { status, names: [...before.activities.values()] };
  }

  it('does not bring back what is gone', async () => {
    expect(await meanwhile((_, run) => strava.remove(run))).toEqual({ status: 'GONE', names: [] });
  });

  it('does not undo what was seen after it', async () => {
    const change = (athlete: number, run: number) => {
      strava.upload(athlete, { ...straightOn(60), name: 'After' }, run);
    };
    expect(await meanwhile(change)).toEqual({ status: 'STORED', names: ['After'] });
  });

  it('does not undo that it was seen later that it is gone', async () => {
    const { id, user_id, athlete_id } = await connected();
    const run = strava.upload(athlete_id, { ...straightOn(60), name: 'Before' });
    const time = clock();
    const slow = await errandOf(eventOf(athlete_id, run));
    const begun = strava.requests.length;
    strava.answers([{ path: `/api/v3/activities/${run}/streams`, late: 1000 }]);
    const earlier = time.now();
    const slowly = runErrand({ errandId: slow, run: 1 }, depsOf(immortal().step, time.now));
    await until('the request', async () => (strava.requests.length >= begun + 2 ? true : undefined));
    await plain().drop({ id, user_id }, run, time.now());
    await plain().drop({ id, user_id }, run, earlier);
    await slowly;
    expect((await keptOf(id)).activities.size).toBe(0);
  });

  it('stores nothing for somebody who has disconnected', async () => {
    const { id, user_id, athlete_id } = await connected();
    const run = strava.upload(athlete_id, straightOn(60));
    const errandId = await errandOf(eventOf(athlete_id, run));
    const begun = strava.requests.length;
    strava.answers([{ path: `/api/v3/activities/${run}/streams`, late: 3000 }]);
    const slowly = runErrand({ errandId, run: 1 }, depsOf(immortal().step, clock().now));
    await until('the request', async () => (strava.requests.length >= begun + 2 ? true : undefined));
    const end = await disconnect(user_id, plain(), new Date());
    expect(await slowly).toEqual({ status: 'IGNORED' });
    expect((await keptOf(id)).rows).toBe(0);
    await carriedOut(end);
  });

  it('leaves no trace of what is gone to somebody who has disconnected', async () => {
    const { id, user_id, athlete_id } = await connected();
    const run = strava.upload(athlete_id, straightOn(60));
    strava.remove(run);
    const errandId = await errandOf(eventOf(athlete_id, run));
    const begun = strava.requests.length;
    strava.answers([{ path: '/api', late: 3000 }]);
    const slowly = runErrand({ errandId, run: 1 }, depsOf(immortal().step, clock().now));
    await until('the request', async () => (strava.requests.length > begun ? true : undefined));
    const end = await disconnect(user_id, plain(), new Date());
    expect(await slowly).toEqual({ status: 'GONE' });
    expect((await keptOf(id)).rows).toBe(0);
    await carriedOut(end);
  });
});

describe('new tokens whose answer is lost', () => {
  it.each([
    ['fails on its way', { status: 502, body: 'Bad Gateway' }],
    ['is none', { body: 'nonsense' }],
  ])('where it %s end nothing, until Strava says that the athlete has withdrawn', async (_, instead) => {
    const { id, user_id, athlete_id } = await connected();
    const time = clock();
    const carryOut = (errandId: string) => runErrand({ errandId, run: 1 }, depsOf(immortal().step, time.now));
    const look = async (event: WebhookEvent) => carryOut(await errandOf(event));
    const run = strava.upload(athlete_id, { ...straightOn(60), name: 'There' });
    expect(await look(eventOf(athlete_id, run))).toEqual({ status: 'STORED' });

    strava.accessLasts(6 * 3600);
    strava.answers([{ path: '/oauth/token', done: true, ...instead }]);
    const errandId = await errandOf(eventOf(athlete_id, run));
    await expect(carryOut(errandId)).rejects.toThrow();
    time.pass(2 * MINUTE);
    const begun = strava.requests.length;
    expect(await carryOut(errandId)).toEqual({ status: 'REFUSED' });
    const asked = strava.requests.length;
    expect(asked).toBeGreaterThan(begun);
    expect(await look(eventOf(athlete_id, run))).toEqual({ status: 'REFUSED' });
    expect(strava.requests).toHaveLength(asked);
    expect([...(await keptOf(id)).activities.values()]).toEqual(['There']);

    time.pass(2 * MINUTE);
    strava.withdraw(athlete_id);
    expect(await look(goneEventOf(athlete_id))).toEqual({ status: 'DISCONNECTED' });
    expect((await keptOf(id)).rows).toBe(0);
    expect(await plain().connectionOf(user_id)).toBeUndefined();
  });

  /** Somebody disconnects while Strava's new tokens are on their way, and does something else: whether Strava lets us act for them afterwards. */
  async function disconnectedMeanwhile(then: (athlete: number) => Promise<unknown>) {
    const { user_id, athlete_id } = await connected({ expired: true });
    const errandId = await errandOf(eventOf(athlete_id, strava.upload(athlete_id, straightOn(60))));
    const begun = strava.requests.length;
    strava.answers([{ path: '/oauth/token', late: 3000 }]);
    const slowly = runErrand({ errandId, run: 1 }, depsOf(immortal().step, clock().now)).catch(
      (error: unknown) => error,
    );
    await until('the request', async () => (strava.requests.length > begun ? true : undefined));
    await carriedOut(await disconnect(user_id, plain(), new Date()));
    await then(athlete_id);
    expect(await slowly).toBeInstanceOf(TransientFailure);
    expect(await runErrand({ errandId, run: 1 }, depsOf(immortal().step, clock().now))).toEqual({ status: 'IGNORED' });
    return strava.isAuthorized(athlete_id);
  }

  it('are forgotten by Strava where the athlete has disconnected meanwhile', async () => {
    expect(await disconnectedMeanwhile(async () => undefined)).toBe(false);
  });

  it('take nothing from an athlete who has connected again since', async () => {
    expect(await disconnectedMeanwhile((athlete) => connected({ athlete }))).toBe(true);
  });
});

const SEEDS = process.env.STRAVA_SEED ? [Number(process.env.STRAVA_SEED)] : [1, 2, 3];

describe('in a world where everything fails at times', () => {
  it.each(SEEDS)('what is kept is what Strava has (STRAVA_SEED=%d)', async (seed) => {
    const roll = dice(seed);
    const chance = (probability: number) => roll() < probability;
    const pick = <T>(all: readonly T[]): T => {
      const found = all[Math.floor(roll() * all.length)];
      if (found === undefined) throw new Error('there is nothing to pick');
      return found;
    };
    const time = clock();
    const life = frail(chance, 0.04, 40);
    const athletes = await Promise.all(Array.from({ length: 4 }, () => connected()));
    const truth = new Map(athletes.map(({ id }) => [id, new Map<number, string>()]));
    const left = new Set<string>();
    const waiting = new Set<string>();
    let names = 0;

    async function push(event: WebhookEvent): Promise<void> {
      const errandId = await errandOf(event);
      if (errandId !== '') waiting.add(errandId);
    }

    async function somethingHappens(): Promise<void> {
      const { id, user_id, athlete_id } = pick(athletes);
      const runs = truth.get(id) ?? new Map<number, string>();
      if (chance(0.04) && left.size < 2) {
        left.add(id);
        const errand = await disconnect(user_id, plain(), time.now());
        if (errand) waiting.add(errand.id);
        return;
      }
      if (chance(0.03) && left.size < 2) {
        left.add(id);
        strava.withdraw(athlete_id);
        return push(goneEventOf(athlete_id));
      }
      const known = [...runs.keys()];
      if (known.length > 0 && chance(0.3)) {
        const gone = pick(known);
        strava.remove(gone);
        runs.delete(gone);
        return push(eventOf(athlete_id, gone));
      }
      const name = `run ${names++}`;
      const changed = known.length > 0 && chance(0.5) ? pick(known) : undefined;
      const run = strava.upload(athlete_id, { ...straightOn(40), name }, changed);
      runs.set(run, name);
      const event = eventOf(athlete_id, run);
      await push(event);
      if (chance(0.3)) await push(event);
    }

    async function work(errandId: string): Promise<void> {
      try {
        const { status } = await runErrand({ errandId, run: 1 }, depsOf(life(), time.now));
        if (status !== 'USED_UP') waiting.delete(errandId);
        else time.pass(2000);
      } catch {
        // The machine, or the sweep, comes again.
      }
    }

    // What is slow goes on while other things happen.
    const busy = new Set<Promise<void>>();
    const start = (errandId: string) => {
      const working: Promise<void> = work(errandId).finally(() => busy.delete(working));
      busy.add(working);
    };
    for (let turn = 0; turn < 60; turn++) {
      const troubled = { status: pick([429, 500, 503]), headers: { 'retry-after': '1' } };
      strava.answers([{ path: '/api', ...(chance(0.1) ? troubled : { late: pick([0, 20, 100, 300]), times: 3 }) }]);
      await somethingHappens();
      for (const id of waiting) {
        if (chance(0.5) && busy.size < 12) start(id);
        if (chance(0.1)) start(id);
      }
      await sleep(15);
    }
    strava.answers([]);
    await Promise.all(busy);
    for (let turn = 0; turn < 50 && waiting.size > 0; turn++) {
      // Longer than whoever died while renewing tokens keeps the others from it.
      time.pass(2 * MINUTE);
      await Promise.all([...waiting].map(work));
    }
    expect(waiting.size).toBe(0);

    for (const { id, user_id, athlete_id } of athletes) {
      const { rows, activities } = await keptOf(id);
      if (left.has(id)) {
        expect(rows).toBe(0);
        expect(await plain().connectionOf(user_id)).toBeUndefined();
        expect(strava.isAuthorized(athlete_id)).toBe(false);
      } else expect(activities).toEqual(truth.get(id));
    }
    for (let shard = 0; shard < 8; shard++)
      for await (const { id } of plain().open(shard, new Date(Date.now() + DAY))) {
        const errand = await plain().findErrand(id);
        expect(errand && isOpen(errand)).toBe(false);
      }
  });
});
