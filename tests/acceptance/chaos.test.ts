import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { Stopped, walk } from '../../bench/walker.ts';
import { type Machine, shippedMachines } from '../../local/machines.ts';
import type { SendResult } from '../../src/channels/channel.ts';
import { deliverBatch, logUndelivered, type Sender } from '../../src/notifications/delivery/deliver-batch.ts';
import { channelOf, Sums, totalOf } from '../../src/notifications/delivery/delivery.ts';
import { deliveryPage } from '../../src/notifications/delivery/delivery-page.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { selectRecipients } from '../../src/notifications/delivery/select-recipients.ts';
import { emailSender, inboxSender, smsSender } from '../../src/notifications/delivery/senders.ts';
import { inboxStore } from '../../src/notifications/inbox/inbox-store.ts';
import { notificationExecution } from '../../src/notifications/notification.ts';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { sweepNotifications } from '../../src/notifications/sweep.ts';
import { BatchInput } from '../../src/notifications/workflow/batch-task.ts';
import { chunks } from '../../src/shared/chunks.ts';
import type { Executions } from '../../src/shared/workflow/executions.ts';
import { suppressionStore } from '../../src/suppressions/suppression-store.ts';
import { Preferences } from '../../src/users/preferences.ts';
import { userStore } from '../../src/users/user-store.ts';
import { dice } from '../support/dice.ts';
import { frail, type Step } from '../support/mortal.ts';
import { addPeople, nobodyListens } from '../support/people.ts';
import { membersIn, tableName, tables } from '../support/tables.ts';

/*
 * The machine as it ships, the functions' own code and the real tables, in a world that a seed throws dice for: functions die before or
 * after any call, providers fail and their answers are lost, executions are stopped while their functions live on, starts are throttled or
 * their answers lost, and sweeps overlap. `CHAOS_SEED=14` plays one world again; of calls at the same moment the order is chance.
 */

/** Worlds in which much happens. */
const EVENTFUL = [1, 3, 5, 6, 11, 13, 14, 16, 18, 19];
const SEEDS = process.env.CHAOS_SEED ? process.env.CHAOS_SEED.split(',').map(Number) : EVENTFUL;

const MINUTE = 60_000;
/** Far ahead, in UTC, so that the stack's own sweeps keep away from it: at night, and two ends of quiet hours. */
const NIGHT = Date.parse('2090-03-01T23:00:00.000Z');
const [EARLY, LATE] = ['2090-03-02T06:00:00.000Z', '2090-03-02T07:30:00.000Z'];
const CHANNELS = ['inbox', 'email', 'sms'] as const;

/** After so many of each a world is kind, so that nine executions are enough. */
const [MOST_STOPS, MOST_DEATHS] = [5, 12];

const machines = shippedMachines();
const machineOf = (arn: string): Machine => {
  const machine = machines.get(arn.replace(/.*:stateMachine:/, ''));
  if (!machine) throw new Error(`There is no machine ${arn}`);
  return machine;
};

const quiet = (to: string) => ({ preferences: Preferences.parse({ quiet_hours: { from: '22:00', to } }) });

/** Mixed people: reached at once, in quiet hours that end at either time, suppressed, unwilling, and nobody at all. */
async function somePeople() {
  const groups = {
    awake: await addPeople(14),
    early: await addPeople(8, quiet('06:00')),
    late: await addPeople(8, quiet('07:30')),
    suppressed: await addPeople(3),
    unwilling: await addPeople(3, { preferences: Preferences.parse({ channels: { sms: false } }) }),
  };
  const suppressions = suppressionStore(tables(), tableName('suppressions'));
  for (const id of groups.suppressed.ids) {
    const address = groups.suppressed.address(id, 'email') ?? '';
    await suppressions.suppress({ channel: 'email', address, reason: 'BOUNCE', source: 'ses', since: EARLY });
  }
  return { groups, all: Object.values(groups).flatMap(({ ids }) => ids), unknown: [randomUUID(), randomUUID()] };
}

/** A world with one notification in it. */
function worldOf(seed: number) {
  const roll = dice(seed);
  const chance = (probability: number) => roll() < probability;
  let clock = NIGHT;
  const now = () => new Date(clock);
  let stops = 0;
  const lifeOf = frail(chance, 0.015, MOST_DEATHS);
  const background: Promise<unknown>[] = [];
  const handed: { channel: string; address: string; at: number }[] = [];

  function functionsFor(step: Step) {
    const client = tables(step);
    const provider =
      (channel: string) =>
      (address: string): Promise<SendResult> =>
        step(async () => {
          const luck = roll();
          if (luck < 0.05) return { kind: 'transient', reason: 'PROVIDER_UNAVAILABLE' };
          if (luck < 0.08) return { kind: 'transient', reason: 'RATE_LIMITED' };
          if (luck < 0.1) return { kind: 'permanent', reason: 'PROVIDER_REJECTED' };
          handed.push({ channel, address, at: clock });
          if (luck < 0.13) return { kind: 'unknown', reason: 'OUTCOME_UNKNOWN' };
          return { kind: 'accepted', messageId: `m${handed.length}` };
        });
    const senders: Record<(typeof CHANNELS)[number], Sender> = {
      inbox: inboxSender(inboxStore(client, tableName('notifications')), nobodyListens),
      email: emailSender({ name: 'email', send: provider('email') }),
      sms: smsSender({ name: 'sms', send: provider('sms') }),
    };
    return {
      deliveries: deliveryStore(client, tableName('deliveries')),
      users: userStore(client, tableName('users')),
      suppressions: suppressionStore(client, tableName('suppressions')),
      members: membersIn(client).members,
      notifications: notificationStore(client, tableName('notifications')),
      now,
      senderOf: (batch: string) => senders[z.enum(CHANNELS).parse(channelOf(batch))],
    };
  }

  async function call(name: string, payload: unknown): Promise<unknown> {
    const deps = functionsFor(lifeOf());
    switch (name) {
      case 'select-notified': {
        const { notificationId, run } = z.object({ notificationId: z.string(), run: z.number() }).parse(payload);
        const notification = await deps.notifications.find(notificationId);
        if (!notification) throw new Error('no notification');
        const userIds = await deps.notifications.recipientsOf(notification);
        const { content, channels } = notification;
        const selected = await selectRecipients({ dispatchId: notificationId, run, content, userIds, channels }, deps);
        // Every other world delivers in parts, as if the batches were many.
        return seed % 2 === 0 ? { ...selected, batches: chunks(selected.batches.flat(), 2) } : selected;
      }
      case 'settle-notification': {
        const { notificationId, ...sums } = Sums.extend({ notificationId: z.string() }).parse(payload);
        return deps.notifications.settle(notificationId, totalOf(sums), now());
      }
      case 'log-undelivered':
        return logUndelivered(BatchInput.parse(payload), deps);
      default: {
        const input = BatchInput.parse(payload);
        return deliverBatch(input, { ...deps, sender: deps.senderOf(input.batch) });
      }
    }
  }
  const stopped = () => stops < MOST_STOPS && chance(0.12) && ++stops > 0;

  const execute = (input: object) =>
    walk(machineOf('carillon-local-notification-delivery'), input, {
      weather: 'calm',
      machine: machineOf,
      async invoke(arn, payload) {
        clock += 100;
        const work = call(arn.replace(/.*:function:carillon-local-/, ''), payload);
        if (!stopped()) return work;
        // Whoever stops an execution does not stop the function that it has called.
        background.push(work.catch(() => undefined));
        throw new Stopped();
      },
      async wait(until) {
        if (stopped()) throw new Stopped();
        clock = Math.max(clock, Date.parse(until));
      },
    });

  const executions = new Map<string, 'RUNNING' | 'ENDED'>();
  const running: Promise<unknown>[] = [];
  const stepFunctions: Executions = {
    async start(name, input) {
      if (chance(0.2)) throw new Error('throttled');
      if (executions.has(name)) return false;
      executions.set(name, 'RUNNING');
      running.push(
        execute(input)
          .catch(expectStop)
          .finally(() => executions.set(name, 'ENDED')),
      );
      if (chance(0.1)) throw new Error('the answer was lost');
      return true;
    },
    status: async (name) => executions.get(name),
  };

  return {
    handed,
    executions: stepFunctions,
    now,
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

const notifications = notificationStore(tables(), tableName('notifications'));
const deliveries = deliveryStore(tables(), tableName('deliveries'));
const inbox = inboxStore(tables(), tableName('notifications'));

async function logOf(id: string) {
  const dispatch = await deliveries.find(id);
  if (!dispatch) throw new Error('nothing was selected');
  const rows = [];
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page: Awaited<ReturnType<typeof deliveryPage>> = await deliveryPage(dispatch, from, deliveries);
    rows.push(...page.rows);
    from = page.next;
  }
  return rows;
}

describe('a notification for many in a world where everything fails at times', () => {
  it.each(SEEDS)(
    'ends with one outcome for everybody (CHAOS_SEED=%d)',
    async (seed) => {
      const world = worldOf(seed);
      const { groups, all, unknown } = await somePeople();
      const everybody = [...all, ...unknown];
      const id = randomUUID();
      const content = { key: 'reminder', category: 'reminders' as const, title: 'Hi', message: 'Hello', variables: {} };
      const who = { fingerprint: id, sender_id: 'test', recipients: everybody.length };
      const created_at = world.now().toISOString();
      await notifications.create({ id, ...who, channels: [...CHANNELS], content, run: 1, created_at }, everybody);
      await world.executions.start(notificationExecution(id, 1), { notificationId: id, run: 1 }).catch(() => undefined);

      /** The sweep's own code, for this notification only. */
      const sweep = () =>
        sweepNotifications({
          notifications: {
            ...notifications,
            async *open(shard, until) {
              for await (const entry of notifications.open(shard, until)) if (entry.id === id) yield entry;
            },
          },
          executions: world.executions,
          now: world.now,
          report: () => undefined,
        });
      const settled = async () => {
        const found = await notifications.find(id);
        return found?.delivered_at !== undefined || found?.failed_at !== undefined ? found : undefined;
      };
      for (let minute = 0; minute < 200 && !(await settled()); minute++) {
        world.pass();
        await Promise.all([sweep(), sweep()]);
        await world.idle();
      }
      await world.over();

      const rows = await logOf(id);
      const about = (id: string, channel: string) =>
        rows.filter((each) => each.row.user_id === id && each.channel === channel).map(({ row }) => row);
      const open = rows.filter(({ row }) => ['PENDING', 'DEFERRED'].includes(row.outcome));
      expect(open).toEqual([]);
      for (const each of everybody) for (const channel of CHANNELS) expect(about(each, channel)).toHaveLength(1);
      const ended = await settled();
      expect(ended?.failed_at).toBeUndefined();
      const { sent = 0, suppressed = 0, failed = 0 } = ended?.tally ?? {};
      expect(sent + suppressed + failed).toBe(everybody.length * CHANNELS.length);

      for (const each of all) {
        const gaveUp = about(each, 'inbox').some(({ outcome }) => outcome === 'FAILED');
        expect([gaveUp ? 0 : 1, 1]).toContain((await inbox.count(each)).elements);
      }
      const mostOn = { email: 2, sms: 1 };
      for (const { ids, address } of Object.values(groups)) {
        for (const each of ids) {
          for (const channel of ['email', 'sms'] as const) {
            const times = world.handed.filter((one) => one.address === address(each, channel)).length;
            expect({ each, channel, tooOften: times > mostOn[channel] }).toMatchObject({ tooOften: false });
            const [row] = about(each, channel);
            if (row?.outcome === 'SENT') expect(times).toBeGreaterThan(0);
            if (row?.outcome === 'SUPPRESSED') expect(times).toBe(0);
          }
        }
      }
      const heardAt = ({ ids, address }: (typeof groups)['early']) => {
        const addresses = new Set(ids.flatMap((each) => [address(each, 'email'), address(each, 'sms')]));
        return world.handed.filter((one) => addresses.has(one.address)).map(({ at }) => at);
      };
      expect(Math.min(...heardAt(groups.early))).toBeGreaterThanOrEqual(Date.parse(EARLY));
      expect(Math.min(...heardAt(groups.late))).toBeGreaterThanOrEqual(Date.parse(LATE));
      for (const each of groups.suppressed.ids)
        expect(about(each, 'email')).toMatchObject([{ reason: 'ADDRESS_SUPPRESSED' }]);
    },
    60_000,
  );
});
