import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from '@jest/globals';
import type { Content } from '../../src/notifications/delivery/delivery.ts';
import { batchName } from '../../src/notifications/delivery/delivery.ts';
import { deliveryPage } from '../../src/notifications/delivery/delivery-page.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { inboxStore } from '../../src/notifications/inbox/inbox-store.ts';
import { type Notification, notificationExecution } from '../../src/notifications/notification.ts';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { executionsOf, machineArn } from '../support/machines.ts';
import { addPeople } from '../support/people.ts';
import { aws, tableName, tables } from '../support/tables.ts';

const sfn = new SFNClient(aws);
const inbox = inboxStore(tables(), tableName('notifications'));
const notifications = notificationStore(tables(), tableName('notifications'));
const deliveries = deliveryStore(tables(), tableName('deliveries'));

/** The first execution of a notification, by the name that the sweep knows it by. */
async function deliver(notificationId: string) {
  const started = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: machineArn('notification-delivery'),
      name: notificationExecution(notificationId, 1),
      input: JSON.stringify({ notificationId, run: 1 }),
    }),
  );
  for (;;) {
    const { status, output } = await sfn.send(new DescribeExecutionCommand({ executionArn: started.executionArn }));
    if (status !== 'RUNNING') return { status, output };
    await sleep(100);
  }
}

function store(id: string, userIds: readonly string[], channels: Notification['channels'], content: Content) {
  const created_at = new Date().toISOString();
  const recipients = userIds.length;
  return notifications.create(
    { id, fingerprint: id, sender_id: 'test', recipients, channels, content, run: 1, created_at },
    userIds,
  );
}

async function notify(userIds: string[], channels: Notification['channels']) {
  const id = randomUUID();
  const content = {
    key: 'announcement',
    category: 'announcements' as const,
    variables: { title: 'News', message: 'Hello' },
  };
  await store(id, userIds, channels, content);
  return { id, result: await deliver(id) };
}

async function deliveriesOf(id: string) {
  const dispatch = await deliveries.find(id);
  if (!dispatch) throw new Error('there is no dispatch');
  const all = [];
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page = await deliveryPage(dispatch, from, deliveries);
    all.push(...page.rows);
    from = page.next;
  }
  return all;
}

describe('a plain notification', () => {
  it('reaches everybody once, through the same states as a reminder', async () => {
    const { ids } = await addPeople(120);
    const { id, result } = await notify(ids, ['inbox', 'email']);
    expect(result.status).toBe('SUCCEEDED');
    expect(await notifications.find(id)).toMatchObject({ tally: { sent: 240, suppressed: 0, failed: 0 } });
    const rows = await deliveriesOf(id);
    expect(new Set(rows.map(({ channel, row }) => `${channel} ${row.user_id}`)).size).toBe(240);
    for (const user of ids) expect((await inbox.count(user)).elements).toBe(1);
  });

  it('to nobody who can be reached ends with the reasons', async () => {
    const stranger = randomUUID();
    const { id, result } = await notify([stranger], ['sms', 'email']);
    expect(result.status).toBe('SUCCEEDED');
    expect(await notifications.find(id)).toMatchObject({ tally: { sent: 0, suppressed: 2, failed: 0 } });
    expect((await deliveriesOf(id)).map(({ row }) => row.reason)).toEqual(['USER_UNKNOWN', 'USER_UNKNOWN']);
  });

  it('takes the first alternative that reaches the person', async () => {
    const { ids } = await addPeople(1, { preferred_channels: [['inbox', 'email']] });
    const { id, result } = await notify(ids, ['email', 'inbox']);
    expect(result.status).toBe('SUCCEEDED');
    const reasons = (await deliveriesOf(id)).map(({ channel, row }) => [channel, row.reason]);
    expect(Object.fromEntries(reasons)).toEqual({ inbox: 'ADDED_TO_INBOX', email: 'CHANNEL_NOT_PREFERRED' });
  });

  it('whose selection died halfway is selected anew', async () => {
    const { ids } = await addPeople(1);
    const id = randomUUID();
    const content = {
      key: 'announcement',
      category: 'announcements' as const,
      variables: { title: 'News', message: 'Hello' },
    };
    await store(id, ids, ['inbox'], content);
    await deliveries.begin({ id, content, run: 1 }, new Date());
    await deliveries.addBatches(id, [{ name: 'email#00007', recipients: ['nobody'], rows: [] }], new Date());
    expect((await deliver(id)).status).toBe('SUCCEEDED');
    expect((await deliveriesOf(id)).map(({ row }) => row.user_id)).toEqual(ids);
  });

  it('of more batches than one execution delivers goes out in parts, each person once', async () => {
    const { ids } = await addPeople(201);
    const id = randomUUID();
    const now = new Date();
    const content = {
      key: 'announcement',
      category: 'announcements' as const,
      variables: { title: 'News', message: 'Hello' },
    };
    await store(id, ids, ['inbox'], content);
    // Selected by hand, with one person in a batch, as 10,050 people would take the emulator minutes.
    const dispatch = await deliveries.begin({ id, content, run: 1 }, now);
    const batches = ids.map((user, n) => ({ name: batchName('inbox', n + 1), recipients: [user], rows: [] }));
    await deliveries.addBatches(id, batches, now);
    await deliveries.selected(dispatch, { batches: { inbox: 201 }, skips: {}, skipped: 0 }, now);
    expect((await deliver(id)).status).toBe('SUCCEEDED');
    expect(await notifications.find(id)).toMatchObject({ tally: { sent: 201, suppressed: 0, failed: 0 } });
    for (const user of ids) expect((await inbox.count(user)).elements).toBe(1);
    // By these names a part that was started is not started again.
    const parts = executionsOf('batch-delivery');
    for (const part of [0, 1, 2]) expect(await parts.status(`${id}-1-${part}`)).toBe('ENDED');
    expect(await parts.status(`${id}-1-3`)).toBeUndefined();
  }, 180_000);

  it('that does not exist fails its execution', async () => {
    expect((await deliver(randomUUID())).status).toBe('FAILED');
  });
});
