import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { ChannelName } from '../../src/channels/channel.ts';
import { latestRows, type Scope } from '../../src/notifications/delivery/delivery.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { selectRecipients } from '../../src/notifications/delivery/select-recipients.ts';
import { invokeTrigger, mailsTo, suppressions, users } from '../support/accounts.ts';
import { setFaults } from '../support/faults.ts';
import { addToGroup } from '../support/groups.ts';
import { inboxOf, occurrencesOf, remind, settledTrace, traceOf, until } from '../support/lifecycle.ts';
import { addPeople } from '../support/people.ts';
import { tableName, tables } from '../support/tables.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

const deliveries = deliveryStore(tables(), tableName('deliveries'));
const now = () => new Date();

/** The function of each channel. */
const FUNCTIONS = {
  email: 'send-email',
  sms: 'send-sms',
  push: 'send-push',
  inbox: 'add-to-inbox',
  discord: 'post-to-discord',
} as const satisfies Record<ChannelName, string>;
const EVERY: ChannelName[] = ['email', 'sms', 'push', 'inbox', 'discord'];

const Created = z.object({ id: z.string() });

let owner: Person;
beforeAll(async () => {
  owner = await newPerson('owner');
});
afterEach(() => setFaults([]));

async function newGroup(...memberIds: string[]): Promise<string> {
  const made = await owner.ask('POST', '/api/v1/groups', { body: { name: 'Choir' } });
  const { id } = Created.parse(expectStatus(201, made).body);
  for (const userId of memberIds) await addToGroup(id, userId);
  return id;
}

async function newEvent(more: object): Promise<string> {
  const body = { title: 'Concert', starts_at: { at: '2031-12-01T09:00:00', timeZone: 'UTC' }, ...more };
  return Created.parse(expectStatus(201, await owner.ask('POST', '/api/v1/events', { body })).body).id;
}

const takeOut = async (groupId: string, userId: string) =>
  expectStatus(204, await owner.ask('DELETE', `/api/v1/groups/${groupId}/members/${userId}`));

const verdicts = (rows: Iterable<{ userId: string; outcome: string; reason: string }>) =>
  Object.fromEntries([...rows].map(({ userId, outcome, reason }) => [userId, `${outcome} ${reason}`]));

describe('a reminder for a group', () => {
  it('goes to who is in it when it goes off', async () => {
    const [stays, leaves, joins] = (await addPeople(3)).ids;
    if (!stays || !leaves || !joins) throw new Error('there are three');
    const groupId = await newGroup(stays, leaves);
    const reminder = await remind(owner, 4, { audience: { kind: 'group', groupId } });
    await takeOut(groupId, leaves);
    await addToGroup(groupId, joins);
    const trace = await settledTrace(owner, reminder.id);
    const reached = 'DELIVERED ADDED_TO_INBOX';
    expect(verdicts(trace.deliveries)).toEqual({ [owner.id]: reached, [stays]: reached, [joins]: reached });
    expect(await inboxOf(owner, reminder.id)).toBe(1);
  });

  it('for those who manage it goes to owner and admins, and speaks of it', async () => {
    const [member, admin] = (await addPeople(2)).ids;
    if (!member || !admin) throw new Error('there are two');
    const groupId = await newGroup(member, admin);
    const role = { body: { role: 'admin' } };
    expectStatus(200, await owner.ask('PATCH', `/api/v1/groups/${groupId}/members/${admin}`, role));
    const message = 'Who has the key of the {{ group.name }}?';
    const audience = { kind: 'groupAdmins', groupId };
    const reminder = await remind(owner, 3, { message, audience, channels: ['email'] });
    const { deliveries: made } = await settledTrace(owner, reminder.id);
    expect(made.map(({ userId }) => userId).sort()).toEqual([owner.id, admin].sort());
    const texts = (await mailsTo(owner.email)).map(({ BodyText }) => BodyText);
    expect(texts.filter((text) => text.includes('Who has the key of the Choir?'))).toHaveLength(1);
  });

  it('reaches nobody when who has set it is no member any more', async () => {
    const guest = await newPerson('guest');
    const groupId = await newGroup(guest.id);
    const reminder = await remind(guest, 4, { audience: { kind: 'group', groupId } });
    await takeOut(groupId, guest.id);
    expect((await settledTrace(guest, reminder.id)).deliveries).toEqual([]);
  });

  it('is set by members only', async () => {
    const groupId = await newGroup();
    const stranger = await newPerson('stranger');
    const body = {
      title: 'Tea',
      message: 'It is ready',
      schedule: { at: '2031-12-01T09:00:00', timeZone: 'UTC' },
      audience: { kind: 'group', groupId },
    };
    const refused = await stranger.ask('POST', '/api/v1/reminders', { body });
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [{ field: 'audience.groupId', reason: 'there is no such group' }],
    ]);
  });
});

describe('somebody who is taken out of the group', () => {
  it('while it is being delivered does not get what is left', async () => {
    const [stays, leaves] = (await addPeople(2)).ids;
    if (!stays || !leaves) throw new Error('there are two');
    const groupId = await newGroup(stays, leaves);
    await setFaults([{ service: 'ses', action: 'SendEmail', times: 100, status: 503 }]);
    const reminder = await remind(owner, 3, { channels: ['email'], audience: { kind: 'group', groupId } });
    await until('the first try', async () => {
      const [latest] = await occurrencesOf(owner, reminder.id);
      const tried = latest && (await traceOf(owner, latest.id)).deliveries;
      return tried?.some(({ userId, attempts }) => userId === leaves && attempts > 0) || undefined;
    });
    await takeOut(groupId, leaves);
    // A try that has begun before goes through.
    await until('the verdict', async () => {
      const [latest] = await occurrencesOf(owner, reminder.id);
      const rows = latest && (await traceOf(owner, latest.id)).deliveries;
      return rows?.some(({ userId, outcome }) => userId === leaves && outcome === 'SUPPRESSED') || undefined;
    });
    await setFaults([]);
    const trace = await settledTrace(owner, reminder.id, 90);
    expect(verdicts(trace.deliveries)).toEqual({
      [owner.id]: 'SENT ACCEPTED',
      [stays]: 'SENT ACCEPTED',
      [leaves]: 'SUPPRESSED NOT_A_MEMBER',
    });
  });

  /** Selects somebody and takes them out before any channel has sent: how it ends for them on each. */
  async function between(userId: string, scope: Scope, happens: () => Promise<unknown>) {
    const dispatchId = randomUUID();
    const { batches } = await selectRecipients(
      {
        dispatchId,
        run: 1,
        content: { key: 'reminder', category: 'reminders', title: 'Tea', message: 'It is ready', variables: {} },
        userIds: [userId],
        channels: EVERY,
        scope,
      },
      { deliveries, users, suppressions, now },
    );
    await happens();
    const outcomes: Record<string, string> = {};
    for (const batch of batches.flat()) {
      const channel = EVERY.find((each) => batch.startsWith(each));
      if (!channel) throw new Error(`${batch} is of no channel`);
      const { error } = await invokeTrigger(FUNCTIONS[channel], { dispatchId, run: 1, batch });
      const row = latestRows((await deliveries.readBatch(dispatchId, batch)).rows).get(userId);
      outcomes[channel] = error ?? `${row?.outcome} ${row?.reason}`;
    }
    return outcomes;
  }

  const notAnywhere = Object.fromEntries(EVERY.map((channel) => [channel, 'SUPPRESSED NOT_A_MEMBER']));

  it('after the selection and before the sending gets it on no channel', async () => {
    const [leaves = ''] = (await addPeople(1)).ids;
    const groupId = await newGroup(leaves);
    expect(await between(leaves, { kind: 'group', id: groupId }, () => takeOut(groupId, leaves))).toEqual(notAnywhere);
  });

  it('nor what is for an event of the group', async () => {
    const [leaves = ''] = (await addPeople(1)).ids;
    const groupId = await newGroup(leaves);
    const eventId = await newEvent({ group_id: groupId });
    expect(await between(leaves, { kind: 'event', id: eventId }, () => takeOut(groupId, leaves))).toEqual(notAnywhere);
  });

  it('gets what is for an event on which they are named', async () => {
    const [named = ''] = (await addPeople(1)).ids;
    const groupId = await newGroup(named);
    const eventId = await newEvent({ group_id: groupId, members: [{ user_id: named }] });
    const reached = await between(named, { kind: 'event', id: eventId }, () => takeOut(groupId, named));
    expect(reached).toMatchObject({ inbox: 'DELIVERED ADDED_TO_INBOX', email: 'SENT ACCEPTED' });
  });

  it('or off the event, or when the event is deleted, gets nothing of it', async () => {
    const [off = '', last = ''] = (await addPeople(2)).ids;
    const eventId = await newEvent({ members: [{ user_id: off }, { user_id: last }] });
    const scope: Scope = { kind: 'event', id: eventId };
    const takeOff = async () =>
      expectStatus(
        200,
        await owner.ask('PATCH', `/api/v1/events/${eventId}`, { body: { remove_members: [{ user_id: off }] } }),
      );
    expect(await between(off, scope, takeOff)).toEqual(notAnywhere);
    const remove = async () => expectStatus(204, await owner.ask('DELETE', `/api/v1/events/${eventId}`));
    expect(await between(last, scope, remove)).toEqual(notAnywhere);
  });

  it('while it waits for the end of their quiet hours does not get it after them', async () => {
    const hour = (offset: number) => new Date(Date.now() + offset * 3_600_000).toISOString().slice(11, 16);
    const quiet_hours = { from: hour(-1), to: hour(1), time_zone: 'UTC', channels: ['email' as const] };
    const [sleeps = ''] = (
      await addPeople(1, { preferences: { enabled: true, channels: {}, categories: {}, quiet_hours } })
    ).ids;
    const groupId = await newGroup(sleeps);
    const dispatchId = randomUUID();
    await selectRecipients(
      {
        dispatchId,
        run: 1,
        content: { key: 'reminder', category: 'reminders', title: 'Tea', message: 'It is ready', variables: {} },
        userIds: [sleeps],
        channels: ['email'],
        scope: { kind: 'group', id: groupId },
      },
      { deliveries, users, suppressions, now },
    );
    const batch = 'email#00001';
    const deliver = async () => {
      await invokeTrigger('send-email', { dispatchId, run: 1, batch });
      return latestRows((await deliveries.readBatch(dispatchId, batch)).rows).get(sleeps);
    };
    expect(await deliver()).toMatchObject({ outcome: 'DEFERRED', reason: 'QUIET_HOURS' });
    await takeOut(groupId, sleeps);
    expect(await deliver()).toMatchObject({ outcome: 'SUPPRESSED', reason: 'NOT_A_MEMBER' });
  });
});
