import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { setFaults } from '../support/faults.ts';
import {
  executionOf,
  executions,
  inboxOf,
  inSeconds,
  occurrencesOf,
  read,
  remind,
  settled,
  stop,
  storedReminder,
  sweepAt,
  terminalOf,
  traceOf,
  until,
} from '../support/lifecycle.ts';
import { tableName, tables } from '../support/tables.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

let owner: Person;

beforeAll(async () => {
  owner = await newPerson('owner');
});

afterEach(() => setFaults([]));

describe('a reminder', () => {
  it('goes off on time, once, and tells its story', async () => {
    const reminder = await remind(owner, 6);
    const { id, status } = await settled(owner, reminder.id);
    expect(status).toBe('DELIVERED');
    const trace = await traceOf(owner, id);
    expect(trace.timeline.map(({ step }) => step)).toEqual(['armed', 'due', 'claimed', 'selected', 'sent', 'settled']);
    const claimed = trace.timeline.find(({ step }) => step === 'claimed');
    expect(claimed?.latenessMs).toBeGreaterThanOrEqual(0);
    expect(trace.deliveries).toMatchObject([
      { userId: owner.id, channel: 'inbox', outcome: 'DELIVERED', reason: 'ADDED_TO_INBOX', attempts: 1 },
    ]);
    expect(trace.tally).toEqual({ sent: 1, suppressed: 0, failed: 0 });
    expect(await inboxOf(owner, reminder.id)).toBe(1);
    expect(await terminalOf(trace.execution)).toBe('ReminderDelivered');
    expect((await read(owner, reminder.id)).status).toBe('COMPLETED');
  });

  it('that is cancelled before it is due ends as superseded, with nothing sent', async () => {
    const reminder = await remind(owner, 6);
    const cancelled = expectStatus(200, await owner.ask('POST', `/api/v1/reminders/${reminder.id}/cancel`));
    expect(cancelled.body).toMatchObject({ status: 'CANCELLED', revision: 2 });
    const { id } = await settled(owner, reminder.id);
    const trace = await traceOf(owner, id);
    expect(trace).toMatchObject({ status: 'SUPERSEDED', because: 'CANCELLED', deliveries: [] });
    expect(await terminalOf(trace.execution)).toBe('ReminderSuperseded');
    expect(await inboxOf(owner, reminder.id)).toBe(0);
  });

  it('that is rescheduled goes off at the new moment only', async () => {
    const reminder = await remind(owner, 6);
    const at = inSeconds(10);
    const body = { schedule: { at, timeZone: 'UTC' } };
    expectStatus(200, await owner.ask('PATCH', `/api/v1/reminders/${reminder.id}`, { body }));
    const all = await until('both moments', async () => {
      const items = await occurrencesOf(owner, reminder.id);
      return items.length === 2 && items[0]?.status === 'DELIVERED' ? items : undefined;
    });
    expect(all.map(({ status }) => status)).toEqual(['DELIVERED', 'SUPERSEDED']);
    expect(await inboxOf(owner, reminder.id)).toBe(1);
  });

  it('that is too late by its own notAfter is not sent', async () => {
    // Found late by whichever sweep comes first, this one or the stack's own.
    const due = new Date(Math.floor(Date.now() / 1000 - 5) * 1000).toISOString();
    const reminder = await storedReminder(owner.id, due, { notAfter: 'PT1S' });
    await sweepAt();
    const { id } = await settled(owner, reminder.id);
    expect(await traceOf(owner, id)).toMatchObject({ status: 'EXPIRED', deliveries: [] });
    expect(await inboxOf(owner, reminder.id)).toBe(0);
  });

  it('goes off once when five sweeps arm it at the same time', async () => {
    const reminder = await remind(owner, 3);
    await Promise.all(Array.from({ length: 5 }, () => sweepAt()));
    await settled(owner, reminder.id);
    expect(await inboxOf(owner, reminder.id)).toBe(1);
    expect(await executions.status(`${executionOf(reminder)}-2`)).toBeUndefined();
  });

  it('whose waiting execution is stopped still goes off, once', async () => {
    const reminder = await remind(owner, 6);
    await stop(executionOf(reminder));
    await Promise.all(Array.from({ length: 3 }, () => sweepAt()));
    const { id } = await settled(owner, reminder.id);
    const trace = await traceOf(owner, id);
    expect(trace).toMatchObject({ status: 'DELIVERED', run: 2 });
    expect(await inboxOf(owner, reminder.id)).toBe(1);
  });

  it('whose execution is stopped in the middle of its deliveries is completed by the next one, nobody twice', async () => {
    await setFaults([{ service: 'ses', action: 'SendEmail', times: 100, status: 503 }]);
    const reminder = await remind(owner, 3, { channels: ['inbox', 'email'] });
    const occurrence = await until('deliveries', async () => (await occurrencesOf(owner, reminder.id))[0]);
    await until('the inbox item', async () => ((await inboxOf(owner, reminder.id)) === 1 ? true : undefined));
    await stop(executionOf(reminder));
    await setFaults([]);
    await sweepAt(40_000);
    const { status } = await settled(owner, reminder.id);
    expect(status).toBe('DELIVERED');
    const trace = await traceOf(owner, occurrence.id);
    expect(trace.run).toBe(2);
    expect(trace.deliveries.map(({ channel, outcome }) => [channel, outcome]).sort()).toEqual([
      ['email', 'SENT'],
      ['inbox', 'DELIVERED'],
    ]);
    expect(await inboxOf(owner, reminder.id)).toBe(1);
  });

  it('whose provider fails twice is delivered at the third attempt, by the machine itself', async () => {
    await setFaults([{ service: 'ses', action: 'SendEmail', times: 2, status: 503 }]);
    const reminder = await remind(owner, 3, { channels: ['email', 'inbox'] });
    const { id } = await settled(owner, reminder.id, 60);
    const trace = await traceOf(owner, id);
    expect(trace.deliveries).toContainEqual(
      expect.objectContaining({ channel: 'email', outcome: 'SENT', attempts: 3 }),
    );
    expect(trace.deliveries).toContainEqual(
      expect.objectContaining({ channel: 'inbox', outcome: 'DELIVERED', attempts: 1 }),
    );
  }, 90_000);

  it('whose provider refuses for good is logged so, the other channels untouched', async () => {
    await setFaults([{ service: 'ses', action: 'SendEmail', times: 1, status: 400, code: 'BadRequestException' }]);
    const reminder = await remind(owner, 3, { channels: ['email', 'inbox'] });
    const { id } = await settled(owner, reminder.id);
    expect((await traceOf(owner, id)).deliveries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ channel: 'email', outcome: 'FAILED', reason: 'PROVIDER_REJECTED', attempts: 1 }),
        expect.objectContaining({ channel: 'inbox', outcome: 'DELIVERED' }),
      ]),
    );
  });

  it('explains who is not reached on a channel', async () => {
    const reminder = await remind(owner, 3, { channels: ['inbox', 'sms', 'push', 'discord'] });
    const { id } = await settled(owner, reminder.id);
    const trace = await traceOf(owner, id);
    expect(Object.fromEntries(trace.deliveries.map(({ channel, reason }) => [channel, reason]))).toEqual({
      inbox: 'ADDED_TO_INBOX',
      sms: 'NO_CONTACT_POINT',
      push: 'NO_DEVICE',
      discord: 'NO_CONTACT_POINT',
    });
    expect(trace.tally).toEqual({ sent: 1, suppressed: 3, failed: 0 });
  });

  it('that recurs moves on when it is claimed, and stays scheduled', async () => {
    const at = inSeconds(3);
    const reminder = await remind(owner, 3, { schedule: { at, timeZone: 'UTC', rrule: 'FREQ=DAILY;COUNT=3' } });
    const { id } = await settled(owner, reminder.id);
    const tomorrow = new Date(Date.parse(`${at}Z`) + 86_400_000).toISOString();
    expect((await traceOf(owner, id)).next).toMatchObject({ dueAt: tomorrow });
    const next = await owner.ask('GET', `/api/v1/reminders/${reminder.id}/next?count=5`);
    expect(z.object({ items: z.array(z.object({ instant: z.string() })) }).parse(next.body).items).toHaveLength(2);
  });

  it('is snoozed, paused and resumed', async () => {
    const reminder = await remind(owner, 3);
    await settled(owner, reminder.id);
    const snoozed = expectStatus(
      200,
      await owner.ask('POST', `/api/v1/reminders/${reminder.id}/snooze`, { body: { for: 'PT2S' } }),
    );
    expect(snoozed.body).toMatchObject({ status: 'SCHEDULED' });
    await until('the second time', async () => ((await inboxOf(owner, reminder.id)) === 2 ? true : undefined));

    const later = await remind(owner, 6);
    expectStatus(200, await owner.ask('POST', `/api/v1/reminders/${later.id}/pause`));
    const { id } = await settled(owner, later.id);
    expect(await traceOf(owner, id)).toMatchObject({ status: 'SUPERSEDED', because: 'PAUSED' });
    expect((await owner.ask('POST', `/api/v1/reminders/${later.id}/resume`)).status).toBe(409);
  });
});

describe('a reminder for an event', () => {
  async function newEvent(startsIn: number, members: Person[] = []) {
    const body = {
      title: 'Dinner',
      starts_at: { at: inSeconds(startsIn), timeZone: 'UTC' },
      members: members.map(({ id }) => ({ user_id: id })),
    };
    return z.object({ id: z.uuid() }).parse(expectStatus(201, await owner.ask('POST', '/api/v1/events', { body })).body)
      .id;
  }

  it('reaches every member and moves with the event', async () => {
    const guest = await newPerson('guest');
    const eventId = await newEvent(3600, [guest]);
    const reminder = await remind(owner, 0, {
      title: '{{ event.title }} is near',
      schedule: { eventId, before: 'PT30M' },
      audience: { kind: 'event', eventId },
    });
    const soon = inSeconds(1_810);
    const moved = { body: { starts_at: { at: soon, timeZone: 'UTC' } } };
    expectStatus(200, await owner.ask('PATCH', `/api/v1/events/${eventId}`, moved));
    // Whoever had no answer asks again.
    expectStatus(200, await owner.ask('PATCH', `/api/v1/events/${eventId}`, moved));
    const { id } = await settled(owner, reminder.id);
    expect((await traceOf(owner, id)).deliveries.map(({ userId }) => userId).sort()).toEqual(
      [owner.id, guest.id].sort(),
    );
    expect(await inboxOf(guest, reminder.id)).toBe(1);
    expect((await owner.ask('DELETE', `/api/v1/events/${eventId}`)).status).toBe(204);
    expect((await read(owner, reminder.id)).status).toBe('COMPLETED');
  });

  it('ends with the event', async () => {
    const eventId = await newEvent(3600);
    const reminder = await remind(owner, 0, { schedule: { eventId, before: 'PT30M' } });
    expect((await owner.ask('DELETE', `/api/v1/events/${eventId}`)).status).toBe(204);
    expect((await owner.ask('GET', `/api/v1/reminders/${reminder.id}`)).body).toMatchObject({ status: 'CANCELLED' });
  });

  it('stays snoozed when something else of the event is changed', async () => {
    const eventId = await newEvent(7200);
    const reminder = await remind(owner, 0, { schedule: { eventId, before: 'PT30M' } });
    const snoozed = await owner.ask('POST', `/api/v1/reminders/${reminder.id}/snooze`, { body: { for: 'PT100M' } });
    const { nextDueAt } = z.object({ nextDueAt: z.string() }).parse(expectStatus(200, snoozed).body);
    expectStatus(200, await owner.ask('PATCH', `/api/v1/events/${eventId}`, { body: { title: 'Supper' } }));
    expect((await read(owner, reminder.id)).nextDueAt).toBe(nextDueAt);
    const starts_at = { at: inSeconds(10_800), timeZone: 'UTC' };
    expectStatus(200, await owner.ask('PATCH', `/api/v1/events/${eventId}`, { body: { starts_at } }));
    expect((await read(owner, reminder.id)).nextDueAt).toBe(
      new Date(Date.parse(`${starts_at.at}Z`) - 1_800_000).toISOString(),
    );
  });

  it('tells nothing more of it to whoever is no member any more', async () => {
    const leaver = await newPerson('leaver');
    const eventId = await newEvent(1810, [leaver]);
    const reminder = await remind(leaver, 0, { schedule: { eventId, before: 'PT30M' }, message: '{{ event.place }}' });
    const change = { remove_members: [{ user_id: leaver.id }], place: 'A secret place' };
    expectStatus(200, await owner.ask('PATCH', `/api/v1/events/${eventId}`, { body: change }));
    const { id } = await settled(leaver, reminder.id);
    expect((await traceOf(leaver, id)).deliveries).toEqual([]);
    expect(await inboxOf(leaver, reminder.id)).toBe(0);
  });

  it('that was set while the event went ends with it at the latest when it is due', async () => {
    const eventId = await newEvent(1810);
    const reminder = await remind(owner, 0, { schedule: { eventId, before: 'PT30M' } });
    // The event's row alone, as if the reminder had been missed when it was deleted.
    await tables().send(
      new DeleteCommand({ TableName: tableName('events'), Key: { pk: `event#${eventId}`, sk: 'event' } }),
    );
    const { id } = await settled(owner, reminder.id);
    expect(await traceOf(owner, id)).toMatchObject({ status: 'SUPERSEDED', because: 'CANCELLED' });
    expect((await read(owner, reminder.id)).status).toBe('CANCELLED');
  });

  it('is for members only', async () => {
    const eventId = await newEvent(3600);
    const stranger = await newPerson('stranger');
    const body = {
      title: 'x',
      message: 'y',
      schedule: { eventId, before: 'PT30M' },
      audience: { kind: 'event', eventId },
    };
    const answer = await stranger.ask('POST', '/api/v1/reminders', { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      errors: [{ field: 'schedule.eventId', reason: 'there is no such event' }, { field: 'audience.eventId' }],
    });
  });
});
