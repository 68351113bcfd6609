import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { Stopped, walk } from '../../bench/walker.ts';
import { type Machine, shippedMachines } from '../../local/machines.ts';
import { type Comment, CommentNotFound, placeOf } from '../../src/comments/comment.ts';
import { commentStore } from '../../src/comments/comment-store.ts';
import { sendDigest } from '../../src/comments/send-digest.ts';
import { sweepWindows } from '../../src/comments/sweep.ts';
import { windowStore } from '../../src/comments/window-store.ts';
import { type WriteDeps, writeComment } from '../../src/comments/write-comment.ts';
import { createEvent, type Event } from '../../src/events/event.ts';
import { eventStore } from '../../src/events/event-store.ts';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { notifier } from '../../src/notifications/notifier.ts';
import { type Creation, creationFor } from '../../src/shared/http/creation.ts';
import { cursors } from '../../src/shared/http/cursor.ts';
import type { Executions } from '../../src/shared/workflow/executions.ts';
import { userStore } from '../../src/users/user-store.ts';
import { dice } from '../support/dice.ts';
import { Died, frail, immortal, type Life, mortal, type Step, Unknown } from '../support/mortal.ts';
import { addPeople } from '../support/people.ts';
import { membersIn, tableName, tables } from '../support/tables.ts';

/*
 * The machine as it ships, the routes' and functions' own code and the real tables, in worlds where functions die before or after any call,
 * requests are repeated or given up, executions are stopped while their functions live on, starts are throttled or their answers lost, and
 * sweeps overlap. `COMMENTS_SEED=3` plays one world again; of calls at the same moment the order is chance.
 */
const SEEDS = process.env.COMMENTS_SEED ? process.env.COMMENTS_SEED.split(',').map(Number) : [1, 3, 5, 6, 7];

/** Far ahead, so that the stack's own sweeps keep away from it. */
const DAY = Date.parse('2090-03-01T12:00:00.000Z');
const WINDOW = 30_000;
const MINUTE = 60_000;

const machine = ((): Machine => {
  const found = shippedMachines().get('carillon-local-comment-digest');
  if (!found) throw new Error('there is no such machine');
  return found;
})();

const alive: Step = (work) => work();

/** An event with some members, and what they are told. */
async function sceneOf(members: number, now: () => Date) {
  const { ids } = await addPeople(members);
  const [owner = '', ...others] = ids;
  const starts_at = { at: '2090-12-01T09:00:00', timeZone: 'UTC' };
  const event = createEvent(creationFor(undefined, '', {}), owner, { title: 'Dinner', starts_at }, now());
  await eventStore(tables(), tableName('events')).create(
    event,
    others.map((user_id) => ({ status: 'MEMBER', user_id })),
  );
  const told = new Set<string>();

  const functions = (step: Step, executions: Pick<Executions, 'start'>) => {
    const client = tables(step);
    const notifications = notificationStore(client, tableName('notifications'));
    const { events: onEvents } = membersIn(client);
    const create: typeof notifications.create = (notification, userIds) => {
      told.add(notification.id);
      return notifications.create(notification, userIds);
    };
    return {
      comments: commentStore(client, tableName('comments')),
      windows: windowStore(client, tableName('comments')),
      events: eventStore(client, tableName('events')),
      members: onEvents,
      users: userStore(client, tableName('users')),
      notifier: notifier({ create }, { start: async () => true }),
      executions,
      cursors: cursors('c'.repeat(32)),
      windowLength: WINDOW,
      now,
    };
  };

  const Data = z.object({ events_comments_id: z.string(), count: z.number().default(1) });

  /** What is stored to be told to somebody. */
  async function toldTo(userId: string) {
    const notifications = notificationStore(tables(), tableName('notifications'));
    const found = await Promise.all([...told].map((id) => notifications.find(id)));
    const theirs = found.flatMap((each) => (each?.user_ids?.includes(userId) ? [each] : []));
    return theirs.map(({ content: { key, variables } }) => {
      const { events_comments_id, count } = Data.parse(variables);
      return { key, id: events_comments_id, count, window: placeOf(event.id, events_comments_id)?.window ?? 0 };
    });
  }

  return { event, ids, functions, toldTo };
}

const say = (comment: string, authorId: string, event: Event, creation: Creation, api: WriteDeps, now: Date) =>
  writeComment({ creation, event, authorId, content: { comment } }, api, now);

const request = () => creationFor(randomUUID(), 'test', {});

/** Every member has each comment of the others, once: at once where it mentions them, otherwise in the one digest of its window. */
async function expectAllTold(
  { ids, toldTo, event }: Awaited<ReturnType<typeof sceneOf>>,
  written: readonly Comment[],
  removed: readonly Comment[] = [],
) {
  const windowOf = ({ id }: Comment) => placeOf(event.id, id)?.window ?? 0;
  const gone = new Set(removed.map(({ id }) => id));
  for (const member of ids) {
    const told = await toldTo(member);
    const mentions = told.filter(({ key }) => key === 'event_mention').map(({ id }) => id);
    const meant = written.filter((each) => each.mentions.includes(member)).map(({ id }) => id);
    expect(mentions.filter((id) => !gone.has(id)).sort()).toEqual(meant.filter((id) => !gone.has(id)).sort());
    const digests = told.filter(({ key }) => key !== 'event_mention');
    expect(new Set(digests.map(({ window }) => window)).size).toBe(digests.length);
    const foreign = written.filter((each) => each.author_id !== member && !each.mentions.includes(member));
    for (const window of new Set(foreign.map(windowOf))) {
      const all = foreign.filter((each) => windowOf(each) === window);
      const least = all.filter(({ id }) => !gone.has(id)).length;
      const count = digests.filter((each) => each.window === window).reduce((sum, each) => sum + each.count, 0);
      expect({ member, window, count, lost: count < least, tooMany: count > all.length }).toMatchObject({
        lost: false,
        tooMany: false,
      });
    }
    const windows = new Set(foreign.map(windowOf));
    expect(digests.filter(({ window }) => !windows.has(window))).toEqual([]);
  }
}

describe('a comment, and the digest of its window', () => {
  const clock = () => new Date(DAY);
  const nothing = { start: async () => true };

  /** Two comments, of which the second mentions somebody, told when their window has closed. */
  async function play(writing: Life, telling: Life) {
    const scene = await sceneOf(5, clock);
    const [, ben = '', eve = ''] = scene.ids;
    const { event } = scene;
    const kind = scene.functions(alive, nothing);
    const first = await say('Who comes?', ben, event, request(), kind, clock());
    const creation = request();
    const text = 'I do, @ada.lovelace';
    await say(text, eve, event, creation, scene.functions(writing.step, nothing), clock()).catch(expectDeath);
    const second = await say(text, eve, event, creation, kind, clock());
    await sendDigest(event.id, 1, scene.functions(telling.step, nothing)).catch(expectDeath);
    await sendDigest(event.id, 1, kind);
    const later = placeOf(event.id, second.id)?.window ?? 0;
    if (later > 1) await sendDigest(event.id, later, kind);
    await expectAllTold(scene, [first, second]);
    const { items } = await kind.comments.list(event.id, { limit: 10, after: undefined });
    expect(items.map(({ id }) => id)).toEqual([second.id, first.id]);
  }

  const expectDeath = (error: unknown) => {
    if (!(error instanceof Died)) throw error;
  };

  it.each([true, false])(
    'is there once and told once wherever a function died (the last call took effect: %s)',
    async (tookEffect) => {
      const [writing, telling] = [immortal(), immortal()];
      await play(writing, telling);
      expect(writing.steps()).toBeGreaterThan(6);
      expect(telling.steps()).toBeGreaterThan(6);
      for (let at = 1; at <= writing.steps(); at++) await play(mortal(at, tookEffect), immortal());
      for (let at = 1; at <= telling.steps(); at++) await play(immortal(), mortal(at, tookEffect));
    },
    120_000,
  );

  it('is in the next window when its function was held up while the one before closed', async () => {
    let steps = 0;
    for (let at = 1; at === 1 || at <= steps; at++) {
      const scene = await sceneOf(4, clock);
      const [, ben = '', eve = ''] = scene.ids;
      const kind = scene.functions(alive, nothing);
      const first = await say('Who comes?', ben, scene.event, request(), kind, clock());
      const [held, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      steps = 0;
      const slow: Step = async (work) => {
        if (++steps === at) {
          held.resolve();
          await goOn.promise;
        }
        return work();
      };
      const writing = say('I do', eve, scene.event, request(), scene.functions(slow, nothing), clock());
      await Promise.race([held.promise, writing]);
      await sendDigest(scene.event.id, 1, kind);
      goOn.resolve();
      const second = await writing;
      const window = placeOf(scene.event.id, second.id)?.window ?? 0;
      if (window > 1) await sendDigest(scene.event.id, window, kind);
      await expectAllTold(scene, [first, second]);
    }
    expect(steps).toBeGreaterThan(4);
  }, 60_000);

  it('is told by two functions at once as by one', async () => {
    const scene = await sceneOf(12, clock);
    const kind = () => scene.functions(alive, nothing);
    const written = await Promise.all(
      scene.ids.flatMap((author) => [
        say('One', author, scene.event, request(), kind(), clock()),
        say('Two', author, scene.event, request(), kind(), clock()),
      ]),
    );
    // While the first of them closes the window, somebody still writes.
    const [late] = await Promise.all([
      Promise.all(scene.ids.map((author) => say('Late', author, scene.event, request(), kind(), clock()))),
      ...Array.from({ length: 3 }, () => sendDigest(scene.event.id, 1, kind())),
    ]);
    await Promise.all(Array.from({ length: 3 }, () => sendDigest(scene.event.id, 2, kind())));
    await expectAllTold(scene, [...written, ...late]);
  });
});

/** After so many of each a world is kind, so that nine executions are enough. */
const [MOST_STOPS, MOST_DEATHS] = [5, 15];

/** A world in which people comment on one event. */
async function worldOf(seed: number) {
  const roll = dice(seed);
  const chance = (probability: number) => roll() < probability;
  const pick = <T>(all: readonly T[]): T => {
    const one = all[Math.floor(roll() * all.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  };
  let clock = DAY;
  const now = () => new Date(clock);
  let stops = 0;
  const lifeOf = frail(chance, 0.03, MOST_DEATHS);
  const scene = await sceneOf(9, now);

  const waiting: { until: number; go: () => void }[] = [];
  const lives: Promise<unknown>[] = [];
  const stopped = () => stops < MOST_STOPS && chance(0.1) && ++stops > 0;
  const Input = z.object({ eventId: z.string(), window: z.number() });
  const execute = (input: object) =>
    walk(machine, input, {
      weather: 'calm',
      machine: () => machine,
      async invoke(_, payload) {
        const { eventId, window } = Input.parse(payload);
        const work = sendDigest(eventId, window, scene.functions(lifeOf(), executions));
        if (!stopped()) return work;
        // Whoever stops an execution does not stop the function that it has called.
        lives.push(work.catch(() => undefined));
        throw new Stopped();
      },
      async wait(until) {
        if (stopped()) throw new Stopped();
        const at = Date.parse(until);
        if (at > clock) await new Promise<void>((go) => waiting.push({ until: at, go }));
      },
    });

  const known = new Map<string, 'RUNNING' | 'ENDED'>();
  const executions: Executions = {
    async start(name, input) {
      if (chance(0.2)) throw new Error('throttled');
      if (known.has(name)) return false;
      known.set(name, 'RUNNING');
      lives.push(
        execute(input)
          .catch((error: unknown) => {
            if (!(error instanceof Stopped)) throw error;
          })
          .finally(() => known.set(name, 'ENDED')),
      );
      if (chance(0.1)) throw new Error('the answer was lost');
      return true;
    },
    status: async (name) => known.get(name),
  };

  /** Somebody's app, which repeats a request that died, or gives it up. */
  async function post(n: number): Promise<void> {
    const creation = request();
    const author = pick(scene.ids);
    const text = chance(0.15) ? `comment ${n} @ada.lovelace` : `comment ${n}`;
    const patience = chance(0.8) ? 20 : 1;
    for (let tries = 0; tries < patience; tries++) {
      const step = lifeOf();
      const shaky = {
        ...executions,
        start: (name: string, input: object) => step(() => executions.start(name, input)),
      };
      try {
        await say(text, author, scene.event, creation, scene.functions(step, shaky), now());
        return;
      } catch (error) {
        // It was stored, and somebody has removed it since.
        if (error instanceof CommentNotFound) return;
        if (!(error instanceof Unknown)) throw error;
      }
    }
  }

  return {
    scene,
    post,
    chance,
    pick,
    now,
    executions,
    /** Time goes on, and with it whatever waits. */
    async pass(ms: number) {
      clock += ms;
      for (const { go } of waiting.filter(({ until }) => until <= clock)) go();
      waiting.splice(0, waiting.length, ...waiting.filter(({ until }) => until > clock));
    },
    over: () => Promise.all(lives),
  };
}

describe('comments in a world where everything fails at times', () => {
  const comments = commentStore(tables(), tableName('comments'));
  const windows = windowStore(tables(), tableName('comments'));

  async function allOn(eventId: string) {
    const { items } = await comments.list(eventId, { limit: 1000, after: undefined });
    return items;
  }

  it.each(SEEDS)(
    'are each told to everybody once (COMMENTS_SEED=%d)',
    async (seed) => {
      const world = await worldOf(seed);
      const { scene, chance } = world;
      const eventId = scene.event.id;
      const open = async function* (shard: number, until: Date) {
        for await (const window of windows.open(shard, until)) if (window.event_id === eventId) yield window;
      };
      const given: object[] = [];
      const sweep = () =>
        sweepWindows({
          windows: { ...windows, open },
          executions: world.executions,
          now: world.now,
          report: (finding, about) => finding.startsWith('given up') && given.push(about),
        });

      const removed: Comment[] = [];
      let posts: Promise<void>[] = [];
      for (let round = 0; round < 12; round++) {
        const many = chance(0.3) ? 12 : 3;
        for (let n = 0; n < many; n++) posts.push(world.post(round * 100 + n));
        // Some rounds go on while requests of the one before are still under way.
        if (chance(0.6)) {
          await Promise.all(posts);
          posts = [];
        }
        const there = await allOn(eventId);
        if (there.length > 0 && chance(0.3)) {
          const comment = world.pick(there);
          if (await comments.remove(comment, world.now())) removed.push(comment);
        }
        await world.pass(chance(0.5) ? 5_000 : 20_000);
        if (chance(0.3)) await Promise.all([sweep(), sweep()]);
      }
      await Promise.all(posts);

      const unsettled = async () => {
        const shards = await Promise.all(
          Array.from({ length: 8 }, (_, shard) =>
            Array.fromAsync(open(shard, new Date(world.now().getTime() + 60 * MINUTE))),
          ),
        );
        return shards.flat().length > 0;
      };
      for (let minute = 0; minute < 60 && (await unsettled()); minute++) {
        await world.pass(MINUTE);
        await Promise.all([sweep(), sweep()]);
        await new Promise((go) => setTimeout(go, 50));
      }
      await world.over();

      expect(await unsettled()).toBe(false);
      expect(given).toEqual([]);
      const there = await allOn(eventId);
      expect(there.length).toBeGreaterThan(20);
      await expectAllTold(scene, [...there, ...removed], removed);
    },
    120_000,
  );
});
