import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { ChannelName } from '../../src/channels/channel.ts';
import { inboxStore } from '../../src/notifications/inbox/inbox-store.ts';
import { notificationExecution } from '../../src/notifications/notification.ts';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { sweepNotifications } from '../../src/notifications/sweep.ts';
import type { Executions } from '../../src/shared/workflow/executions.ts';
import { setFaults } from '../support/faults.ts';
import { until } from '../support/lifecycle.ts';
import { executionsOf, stopExecution } from '../support/machines.ts';
import { addPeople } from '../support/people.ts';
import { aws, tableName, tables } from '../support/tables.ts';
import { address, prefix } from '../support/where.ts';

const MACHINE = 'notification-delivery';
const lambda = new LambdaClient(aws);
const notifications = notificationStore(tables(), tableName('notifications'));
const inbox = inboxStore(tables(), tableName('notifications'));
const executions = executionsOf(MACHINE);

afterEach(() => setFaults([]));

const content = {
  key: 'announcement',
  category: 'announcements' as const,
  variables: { title: 'News', message: 'Hello' },
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A notification in the table whose execution nobody has started. Created in an hour, only the sweeps of these tests see it. */
async function stored(
  userIds: readonly string[],
  {
    channels = ['inbox'],
    run = 1,
    createdIn = HOUR,
  }: { channels?: ChannelName[]; run?: number; createdIn?: number } = {},
) {
  const id = randomUUID();
  const created_at = new Date(Date.now() + createdIn).toISOString();
  const who = { fingerprint: id, sender_id: 'test', recipients: userIds.length };
  await notifications.create({ id, ...who, channels, content, run, created_at }, userIds);
  return id;
}

const start = (id: string, run = 1, about = id) =>
  executions.start(notificationExecution(id, run), { notificationId: about, run });

const stop = (id: string, run: number) => stopExecution(MACHINE, notificationExecution(id, run));

const statusOf = (id: string, run: number) => executions.status(notificationExecution(id, run));

const ended = (id: string, run: number) =>
  until('the end of the execution', async () => ((await statusOf(id, run)) === 'ENDED' ? true : undefined));

/** An execution of the notification that has ended without result. */
async function failed(id: string, run: number) {
  await start(id, run, 'none');
  await ended(id, run);
}

const delivered = (id: string, seconds?: number) =>
  until(
    'the notification being delivered',
    async () => {
      const found = await notifications.find(id);
      return found?.delivered_at === undefined ? undefined : found;
    },
    seconds,
  );

let passes = 0;

/** The sweep's own code shortly after what is created in an hour, or `ahead` of now, each pass a minute after the one before. */
function sweep(through: Executions = executions, ahead = HOUR + MINUTE) {
  const at = Date.now() + ahead + passes++ * MINUTE;
  return sweepNotifications({ notifications, executions: through, now: () => new Date(at), report: () => undefined });
}

async function invokeSweep() {
  const command = new InvokeCommand({ FunctionName: `${prefix}-sweep-notifications`, Payload: '{}' });
  expect((await lambda.send(command)).FunctionError).toBeUndefined();
}

const Mailboxes = z.object({ messages: z.record(z.string(), z.array(z.object({ To: z.array(z.string()) }))) });

async function mailsTo(addresses: readonly (string | undefined)[]): Promise<number[]> {
  const { messages } = Mailboxes.parse(await (await fetch(`${address}/_ministack/ses/messages`)).json());
  const to = Object.values(messages).flatMap((mails) => mails.flatMap(({ To }) => To));
  return addresses.map((one) => to.filter((each) => each === one).length);
}

describe('the sweep of notifications', () => {
  it('starts what was never started, once, however many sweep at the same time', async () => {
    const { ids } = await addPeople(3);
    const id = await stored(ids, { createdIn: -MINUTE });
    await Promise.all([invokeSweep(), sweep(executions, MINUTE), sweep(executions, MINUTE)]);
    expect(await delivered(id)).toMatchObject({ run: 1, tally: { sent: 3, suppressed: 0, failed: 0 } });
    for (const user of ids) expect(await inbox.count(user)).toEqual({ elements: 1, unread: 1 });
    expect(await statusOf(id, 2)).toBeUndefined();
  });

  it('goes on with what was stopped in the middle, and everybody gets it once', async () => {
    const people = await addPeople(70);
    const id = await stored(people.ids, { channels: ['inbox', 'email'], createdIn: -60_000 });
    await setFaults([{ service: 'ses', action: 'SendEmail', times: 10_000, status: 503 }]);
    await start(id);
    const unread = async () => (await Promise.all(people.ids.map((user) => inbox.count(user)))).filter((n) => n.unread);
    await until('the inboxes', async () => ((await unread()).length === people.ids.length ? true : undefined));
    await stop(id, 1);
    // Its function lives on: what it is about to send must fail before the provider is there again, or may be sent twice, as promised.
    await sleep(3_000);
    await setFaults([]);
    expect((await notifications.find(id))?.delivered_at).toBeUndefined();
    await Promise.all([invokeSweep(), invokeSweep()]);
    expect(await delivered(id, 60)).toMatchObject({ run: 2, tally: { sent: 140, suppressed: 0, failed: 0 } });
    const addresses = people.ids.map((user) => people.address(user, 'email'));
    expect(new Set(await mailsTo(addresses))).toEqual(new Set([1]));
    for (const user of people.ids) expect((await inbox.count(user)).elements).toBe(1);
    expect(await statusOf(id, 3)).toBeUndefined();
  }, 120_000);

  it('leaves alone what is under way, what is fresh, and what is settled', async () => {
    const { ids } = await addPeople(1);
    const [settled, fresh] = [await stored(ids), await stored(ids)];
    await start(settled);
    await delivered(settled);
    await notifications.takeOver(fresh, 2, new Date());
    await invokeSweep();
    expect(await statusOf(fresh, 2)).toBeUndefined();
    await sweep(executions, MINUTE);
    await delivered(fresh);
    expect(await statusOf(settled, 2)).toBeUndefined();
  });

  it('keeps nobody back for one whose start is throttled, and comes back to that one', async () => {
    const { ids } = await addPeople(2);
    const [throttled, other] = [await stored(ids.slice(0, 1)), await stored(ids.slice(1))];
    await failed(throttled, 1);
    const first = await sweep({
      ...executions,
      start: (name, input) =>
        name.startsWith(throttled) ? Promise.reject(new Error('slow down')) : executions.start(name, input),
    });
    expect(first.failed).toBe(1);
    await delivered(other);
    expect((await sweep()).failed).toBe(0);
    expect(await delivered(throttled)).toMatchObject({ run: 2 });
  });

  it('gives up after nine executions that ended without result, and says so', async () => {
    const { ids } = await addPeople(1);
    const id = await stored(ids, { run: 8 });
    await failed(id, 8);
    const start: Executions['start'] = (_, { ...input }) =>
      executions.start(notificationExecution(id, 9), { ...input, notificationId: 'none' });
    await sweep({ ...executions, start });
    await ended(id, 9);
    expect(await notifications.find(id)).toMatchObject({ run: 9 });
    expect((await notifications.find(id))?.failed_at).toBeUndefined();
    const result = await sweep();
    expect(result.given_up).toBe(1);
    const given = await notifications.find(id);
    expect(given).toMatchObject({ run: 9, failed_at: expect.any(String) });
    expect((await sweep()).given_up).toBe(0);
    expect(await statusOf(id, 10)).toBeUndefined();
    expect((await inbox.count(ids[0] ?? '')).elements).toBe(0);
  });
});
