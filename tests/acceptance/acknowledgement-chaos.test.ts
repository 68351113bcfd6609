import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { Stopped, walk } from '../../bench/walker.ts';
import { type Machine, shippedMachines } from '../../local/machines.ts';
import { deliverBatch, logUndelivered } from '../../src/notifications/delivery/deliver-batch.ts';
import { channelOf, Sums, totalOf } from '../../src/notifications/delivery/delivery.ts';
import { deliveryPage } from '../../src/notifications/delivery/delivery-page.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { emailSender, inboxSender } from '../../src/notifications/delivery/senders.ts';
import { inboxStore } from '../../src/notifications/inbox/inbox-store.ts';
import { BatchInput } from '../../src/notifications/workflow/batch-task.ts';
import { acknowledgeOccurrence, askedOccurrence } from '../../src/reminders/acknowledgement/acknowledge-occurrence.ts';
import { followDecision } from '../../src/reminders/acknowledgement/change-asking.ts';
import { awaitAcknowledgement, escalateOccurrence } from '../../src/reminders/acknowledgement/escalate-occurrence.ts';
import { claimedOccurrence, claimOccurrence } from '../../src/reminders/claim-occurrence.ts';
import { dispatchIds, executionName, LifecycleInput, occurrenceId } from '../../src/reminders/occurrence.ts';
import { cancelReminder, editReminder, type Reminder } from '../../src/reminders/reminder.ts';
import { reminderStore } from '../../src/reminders/reminder-store.ts';
import { changeOwn } from '../../src/reminders/reminders-api.ts';
import { selectTiers } from '../../src/reminders/select-tiers.ts';
import { settleOccurrence } from '../../src/reminders/settle-occurrence.ts';
import { sweep } from '../../src/reminders/sweep.ts';
import { withdraw, withdrawAsked } from '../../src/reminders/withdraw.ts';
import { DomainError } from '../../src/shared/errors.ts';
import type { Executions } from '../../src/shared/workflow/executions.ts';
import { suppressionStore } from '../../src/suppressions/suppression-store.ts';
import { Preferences } from '../../src/users/preferences.ts';
import { userStore } from '../../src/users/user-store.ts';
import { dice } from '../support/dice.ts';
import { reminders, storedReminder } from '../support/lifecycle.ts';
import { frail } from '../support/mortal.ts';
import { addPeople, nobodyListens } from '../support/people.ts';
import { membersIn, tableName, tables } from '../support/tables.ts';

/*
 * An occurrence that asks to be acknowledged, with the machine as it ships, the functions' own code and the real tables, in a world that a
 * seed throws dice for: functions die before or after any call, executions are stopped while their functions live on, wake-ups and starts
 * are lost, sweeps overlap, and people acknowledge, snooze, cancel and edit at any moment, several at once. `CHAOS_SEED=14` plays one world
 * again; of calls at the same moment the order is chance.
 */

const SEEDS = process.env.CHAOS_SEED ? process.env.CHAOS_SEED.split(',').map(Number) : [3, 6, 7, 18, 33, 75, 87, 114];

const MINUTE = 60_000;
/** Far ahead, in UTC, so that the stack's own sweeps keep away from it: at night, some hours before quiet hours end. */
const DUE = '2090-03-01T23:00:00.000Z';
const WITHIN = 10 * MINUTE;
const TIERS = 3;

/** After so many of each a world is kind, so that nine executions are enough. */
const [MOST_STOPS, MOST_DEATHS] = [3, 10];

const machine = shippedMachines().get('carillon-local-reminder-lifecycle');
const theMachine = (): Machine => {
  if (!machine) throw new Error('there is no reminder-lifecycle');
  return machine;
};

/** What somebody was told who acknowledged, and when. */
interface Told {
  readonly who: string;
  readonly at: number;
  readonly by?: string | undefined;
  readonly refused?: string;
}

const deliveries = deliveryStore(tables(), tableName('deliveries'));
const inbox = inboxStore(tables(), tableName('notifications'));

async function somebody() {
  const [owner = '', ...guests] = (await addPeople(4)).ids;
  const quiet_hours = { from: '22:00', to: '06:00' };
  const sleepers = (await addPeople(2, { preferences: Preferences.parse({ quiet_hours }) })).ids;
  return { owner, guests, sleepers, all: [owner, ...guests, ...sleepers] };
}
type People = Awaited<ReturnType<typeof somebody>>;

function dueReminder({ owner, guests, sleepers }: People) {
  const users = (...userIds: string[]) => ({ kind: 'users' as const, userIds });
  return storedReminder(owner, DUE, {
    schedule: { at: DUE.slice(0, 19), timeZone: 'UTC', rrule: 'FREQ=DAILY;COUNT=2' },
    channels: ['inbox', 'email'],
    audience: users(owner, ...sleepers),
    acknowledgement: {
      within: 'PT10M',
      // biome-ignore lint/suspicious/noThenProperty: a list, which nothing calls
      then: [
        { channels: ['inbox'], audience: users(owner, ...guests), within: 'PT10M' },
        { channels: ['email'], audience: users(...guests, ...sleepers), within: 'PT10M' },
      ],
    },
  });
}

function worldOf(seed: number, people: People, reminder: Reminder) {
  const roll = dice(seed);
  const chance = (probability: number) => roll() < probability;
  const id = occurrenceId(reminder.id, DUE);
  let clock = Date.parse(DUE);
  const now = () => new Date(clock);
  let stops = 0;
  const lifeOf = frail(chance, 0.03, MOST_DEATHS);
  const background: Promise<unknown>[] = [];
  const mails: string[] = [];
  const told: Told[] = [];
  /** Tokens that end a wait that is on. */
  const waiting = new Set<string>();
  /** Some worlds are left alone, some are full of people. */
  const zeal = [0, 0.02, 0.1, 0.3][seed % 4] ?? 0;
  const changes = seed % 3 === 0;
  let changed = false;

  const executions = new Map<string, 'RUNNING' | 'ENDED'>();
  const running: Promise<unknown>[] = [];
  const stepFunctions: Executions = {
    async start(name, input) {
      const mine = LifecycleInput.parse(input);
      // What comes after this occurrence is another test's.
      if (mine.dueAt !== DUE) return true;
      if (chance(0.1)) throw new Error('throttled');
      if (executions.has(name)) return false;
      executions.set(name, 'RUNNING');
      running.push(
        execute(mine)
          .catch(expectStop)
          .finally(() => executions.set(name, 'ENDED')),
      );
      if (chance(0.1)) throw new Error('the answer was lost');
      return true;
    },
    status: async (name) => executions.get(name),
  };

  function depsOf() {
    const step = lifeOf();
    const client = tables(step);
    return {
      reminders: reminderStore(client, tableName('reminders')),
      deliveries: deliveryStore(client, tableName('deliveries')),
      users: userStore(client, tableName('users')),
      suppressions: suppressionStore(client, tableName('suppressions')),
      ...membersIn(client),
      sources: membersIn(client),
      inbox: inboxStore(client, tableName('notifications')),
      email: emailSender({
        name: 'email',
        send: (address: string) =>
          step(async () => {
            mails.push(address);
            return { kind: 'accepted' as const, messageId: `m${mails.length}` };
          }),
      }),
      tokens: {
        answer: (token: string) =>
          step(async () => {
            if (chance(0.1)) throw new Error('throttled');
            return waiting.delete(token);
          }),
      },
      executions: stepFunctions,
      now,
    };
  }

  /** Somebody does something about it, as the routes do. */
  async function act(): Promise<void> {
    const who = people.all[Math.floor(roll() * people.all.length)] ?? '';
    const deps = depsOf();
    const at = clock;
    if (changes && chance(0.2)) {
      changed = true;
      const own = { id: reminder.id, ownerId: people.owner, expectedRevision: undefined };
      if (chance(0.5))
        await withdraw(await changeOwn(own, (before) => cancelReminder(before, now()), deps, now()), deps, now());
      else {
        const edit = (before: Reminder) =>
          editReminder(before, { ...before, title: 'Coffee' }, false, undefined, now());
        await withdrawAsked(await changeOwn(own, edit, deps, now()), deps, now());
      }
      return;
    }
    try {
      await askedOccurrence(id, who, deps);
      const snooze = chance(0.4) ? 'PT1H' : undefined;
      const after = await acknowledgeOccurrence({ occurrenceId: id, by: who, snooze }, now(), deps);
      const end = 'asking' in after ? after.asking?.end : undefined;
      told.push({ who, at, by: end?.kind === 'ACKNOWLEDGED' ? end.by : undefined });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      told.push({ who, at, refused: error.name });
    }
  }
  const meddle = () => {
    const crowd = Array.from({ length: chance(0.5) ? 1 : 4 }, () => act().catch(() => undefined));
    background.push(...crowd);
    return Promise.all(crowd);
  };

  async function call(name: string, payload: unknown, input: LifecycleInput, hold: (token: string) => string) {
    const deps = depsOf();
    const fenced = LifecycleInput.safeParse(payload).data ?? input;
    const {
      tier = 0,
      from = 0,
      token = '',
    } = z
      .object({ tier: z.number().optional(), from: z.number().optional(), token: z.string().optional() })
      .parse(payload);
    switch (name) {
      case 'claim-occurrence':
        return {
          status: await claimOccurrence(
            { ...fenced, execution: executionName(fenced), armedAt: DUE },
            { ...deps, findEventTime: async () => undefined },
          ),
        };
      case 'select-recipients': {
        const occurrence = await claimedOccurrence(fenced, deps.reminders);
        await followDecision(occurrence, deps, now());
        return selectTiers({ occurrence, from }, deps);
      }
      case 'await-acknowledgement':
        return awaitAcknowledgement({ ...fenced, tier, token: hold(token) }, deps);
      case 'escalate':
        return { status: await escalateOccurrence({ ...fenced, tier }, deps, now()) };
      case 'settle-occurrence':
        return { status: await settleOccurrence(fenced, totalOf(Sums.parse(payload)), deps) };
      case 'log-undelivered':
        return logUndelivered(BatchInput.parse(payload), deps);
      default: {
        const batch = BatchInput.parse(payload);
        const sender = channelOf(batch.batch) === 'inbox' ? inboxSender(deps.inbox, nobodyListens) : deps.email;
        return deliverBatch(batch, { ...deps, sender });
      }
    }
  }
  const stopped = () => stops < MOST_STOPS && chance(0.08) && ++stops > 0;

  function execute(input: LifecycleInput) {
    let held = '';
    let tries = 0;
    // Each try has a token of its own.
    const hold = (token: string) => {
      held = `${input.run}-${token}-${tries++}`;
      waiting.add(held);
      return held;
    };
    return walk(theMachine(), input, {
      weather: 'calm',
      machine: theMachine,
      async invoke(arn, payload) {
        clock += 100;
        const work = call(arn.replace(/.*:function:carillon-local-/, ''), payload, input, hold);
        if (chance(zeal)) await Promise.all([meddle(), work.catch(() => undefined)]);
        if (!stopped()) return work;
        background.push(work.catch(() => undefined));
        throw new Stopped();
      },
      async wait(until) {
        if (stopped()) throw new Stopped();
        clock = Math.max(clock, Date.parse(until));
      },
      async answered() {
        const occurrence = await reminders.findOccurrence(reminder.id, DUE);
        const asking = occurrence && 'asking' in occurrence ? occurrence.asking : undefined;
        const until = Date.parse(asking?.tiers.at(-1)?.until ?? DUE);
        while (waiting.has(held) && clock < until) {
          if (stopped()) {
            waiting.delete(held);
            throw new Stopped();
          }
          clock = Math.min(clock + MINUTE, until);
          // At the very end of the wait, too.
          if (chance(zeal)) await (clock === until ? void meddle() : meddle());
        }
        return !waiting.delete(held);
      },
    });
  }

  return {
    id,
    mails,
    told,
    executions: stepFunctions,
    now,
    changed: () => changed,
    pass: () => {
      clock += MINUTE;
    },
    idle: async () => {
      while (running.length > 0) await running.shift();
    },
    over: () => Promise.all(background),
  };
}

/** An execution ends early because it was stopped, or as a Task failed for good and has no Catch. */
function expectStop(error: unknown) {
  if (!(error instanceof Stopped)) throw error;
}

async function rowsOf(dispatchId: string) {
  const dispatch = await deliveries.find(dispatchId);
  return dispatch ? (await deliveryPage(dispatch, 0, deliveries)).rows : [];
}

describe('an acknowledgement in a world where everything fails at times', () => {
  it.each(SEEDS)(
    'is decided once, and everybody is told the same (CHAOS_SEED=%d)',
    async (seed) => {
      const people = await somebody();
      const reminder = await dueReminder(people);
      const world = worldOf(seed, people, reminder);
      const { id } = world;
      const input = { reminderId: reminder.id, occurrenceId: id, dueAt: DUE, revision: 1, run: 1 };
      await world.executions.start(executionName(input), input).catch(() => undefined);

      /** The sweep's own code, for this occurrence only. */
      const pass = () =>
        sweep({
          index: {
            async *due(shard) {
              const found = shard === 0 ? await reminders.find(reminder.id) : undefined;
              if (found?.status === 'SCHEDULED' && found.dueAt === DUE)
                yield { id: found.id, due: DUE, revision: found.revision };
            },
            async *open(shard, before) {
              const found = shard === 0 ? await reminders.findOccurrence(reminder.id, DUE) : undefined;
              if (found?.status !== 'DELIVERING') return;
              const last = found.asking?.tiers.at(-1);
              const due = found.asking?.end?.at ?? (found.asking?.token ? last?.until : last?.since) ?? found.claimedAt;
              if (due > before.toISOString()) return;
              const { execution, run, revision } = found;
              yield { id, due, revision, reminderId: reminder.id, dueAt: DUE, execution, run };
            },
            sweptUntil: async () => undefined,
            markSwept: async () => undefined,
          },
          reminders,
          executions: world.executions,
          now: world.now,
          report: () => undefined,
        });
      const settled = async () => {
        const found = await reminders.findOccurrence(reminder.id, DUE);
        return found && found.status !== 'DELIVERING' ? found : undefined;
      };
      for (let minute = 0; minute < 900 && !(await settled()); minute++) {
        world.pass();
        await Promise.all([pass(), pass()]);
        await world.idle();
      }
      await world.over();

      const occurrence = await settled();
      if (occurrence?.status === 'SUPERSEDED') return expect(world.changed()).toBe(true);
      if (!occurrence || !('asking' in occurrence)) throw new Error(`it is ${occurrence?.status}`);
      const end = occurrence.asking?.end;
      const expected = { ACKNOWLEDGED: 'ACKNOWLEDGED', UNACKNOWLEDGED: 'UNACKNOWLEDGED', WITHDRAWN: 'DELIVERED' };
      expect(occurrence.status).toBe(end && expected[end.kind]);
      expect(occurrence.asking?.token).toBeUndefined();
      if (end?.kind === 'WITHDRAWN') expect(world.changed()).toBe(true);

      // Everybody is told of the same one; nobody is refused what was acknowledged, once they were asked.
      const by = end?.kind === 'ACKNOWLEDGED' ? end.by : undefined;
      for (const one of world.told.filter(({ refused }) => refused === undefined)) expect(one).toMatchObject({ by });
      if (by !== undefined)
        for (const { refused } of world.told)
          expect([undefined, 'occurrence-not-found', 'changed-meanwhile']).toContain(refused);

      const tiers = occurrence.asking?.tiers ?? [];
      for (const [n, { since, until }] of tiers.entries()) {
        expect(Date.parse(until) - Date.parse(since)).toBe(WITHIN);
        if (n > 0) expect(since >= (tiers[n - 1]?.until ?? '')).toBe(true);
        if (end) expect(since <= end.at).toBe(true);
      }
      if (end?.kind === 'UNACKNOWLEDGED') expect(tiers).toHaveLength(TIERS);

      const wanted = [
        [people.owner, ...people.sleepers],
        [people.owner, ...people.guests],
        [...people.guests, ...people.sleepers],
      ];
      const channels = [['inbox', 'email'], ['inbox'], ['email']];
      const counts = { sent: 0, suppressed: 0, failed: 0 };
      for (const [tier, dispatchId] of dispatchIds(occurrence).entries()) {
        const rows = await rowsOf(dispatchId);
        const names = rows.map(({ channel, row }) => `${channel} ${row.user_id}`).sort();
        const each = (channels[tier] ?? []).flatMap((channel) =>
          (wanted[tier] ?? []).map((who) => `${channel} ${who}`),
        );
        expect({ tier, names }).toEqual({ tier, names: each.sort() });
        for (const { row } of rows) {
          expect(['SENT', 'DELIVERED', 'SUPPRESSED', 'FAILED']).toContain(row.outcome);
          // Cancelled at the same moment, it may have been withdrawn for that.
          const reasons = [
            ...(end?.kind === 'ACKNOWLEDGED' ? ['ACKNOWLEDGED'] : []),
            ...(world.changed() ? ['REMINDER_WITHDRAWN'] : []),
          ];
          if (row.outcome === 'SUPPRESSED') expect(reasons).toContain(row.reason);
          counts[row.outcome === 'SUPPRESSED' ? 'suppressed' : row.outcome === 'FAILED' ? 'failed' : 'sent']++;
        }
      }
      expect('tally' in occurrence ? occurrence.tally : undefined).toEqual(counts);
      for (const who of people.all) {
        const often = wanted.filter((some, tier) => some.includes(who) && channels[tier]?.includes('inbox')).length;
        expect((await inbox.count(who)).elements).toBeLessThanOrEqual(often);
      }
      const twice = world.mails.filter((address) => world.mails.filter((other) => other === address).length > 2 * 2);
      expect(twice).toEqual([]);
      const after = await reminders.find(reminder.id);
      if (end?.kind === 'ACKNOWLEDGED' && end.snooze && !world.changed())
        expect(after).toMatchObject({ status: 'SCHEDULED', dueAt: end.snooze.until });
    },
    120_000,
  );
});
