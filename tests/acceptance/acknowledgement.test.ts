import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { acknowledge as acknowledgeAsking } from '../../src/reminders/acknowledgement/asking.ts';
import { changeAsking } from '../../src/reminders/acknowledgement/change-asking.ts';
import { setFaults } from '../support/faults.ts';
import {
  inboxOf,
  inSeconds,
  occurrencesOf,
  read,
  remind,
  reminders,
  settled,
  stop,
  sweepAt,
  terminalOf,
  traceOf,
  until,
} from '../support/lifecycle.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

let owner: Person;
let guest: Person;
let stranger: Person;

beforeAll(async () => {
  [owner, guest, stranger] = [await newPerson('owner'), await newPerson('guest'), await newPerson('stranger')];
});

afterEach(() => setFaults([]));

type Trace = Awaited<ReturnType<typeof traceOf>>;
const path = (occurrenceId: string) => `/api/v1/occurrences/${occurrenceId}/acknowledge`;
const acknowledge = (person: Person, occurrenceId: string, body: object = {}) =>
  person.ask('POST', path(occurrenceId), { body });

const asking = (within = 'PT1H', then: object[] = []) => ({ acknowledgement: { within, then } });
const toGuest = {
  channels: ['inbox'],
  audience: {
    kind: 'users',
    get userIds() {
      return [guest.id];
    },
  },
  within: 'PT10S',
};

const daily = (seconds: number) => ({ at: inSeconds(seconds), timeZone: 'UTC', rrule: 'FREQ=DAILY' });

/** The occurrence, once a tier of it has been sent and somebody is waited for. */
const waiting = (id: string, tier = 0, isSent = (_: Trace) => true) =>
  until('the wait', async () => {
    const [latest] = await occurrencesOf(owner, id);
    const trace = latest && (await traceOf(owner, latest.id));
    const sent = trace?.deliveries.some((each) => each.tier === tier && each.outcome === 'DELIVERED');
    return trace && sent && isSent(trace) ? trace : undefined;
  });

const steps = ({ timeline }: Trace) => timeline.map(({ step }) => step);

describe('a reminder that asks to be acknowledged', () => {
  it('ends at once when somebody does, and the first of twenty who do at the same moment counts', async () => {
    const audience = { kind: 'users', userIds: [owner.id, guest.id] };
    const reminder = await remind(owner, 3, { ...asking('PT1H', [toGuest]), audience });
    const { id, acknowledgement: before, execution } = await waiting(reminder.id);
    expect(before).toMatchObject({ status: 'WAITING', tiers: [{ tier: 0, channels: ['inbox'], audience }] });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => acknowledge(n % 2 === 0 ? owner : guest, id)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const [first] = answers;
    for (const { body } of answers) expect(body).toEqual(first?.body);
    expect(first?.body).toMatchObject({ status: 'ACKNOWLEDGED', afterMs: expect.any(Number) });

    expect(await settled(owner, reminder.id)).toMatchObject({ status: 'ACKNOWLEDGED', run: 1 });
    const trace = await traceOf(owner, id);
    expect(trace.acknowledgement).toEqual(first?.body);
    expect(steps(trace)).toEqual(expect.arrayContaining(['sent', 'acknowledged', 'settled']));
    expect(trace.tally).toEqual({ sent: 2, suppressed: 0, failed: 0 });
    expect(await terminalOf(execution)).toBe('ReminderAcknowledged');
    expect((await acknowledge(guest, id)).body).toEqual(first?.body);
    expect(JSON.stringify([trace, answers, await occurrencesOf(owner, reminder.id)])).not.toMatch(/token/i);
  });

  it('goes to the next tier when nobody does, and ends unacknowledged after the last', async () => {
    const reminder = await remind(owner, 3, asking('PT20S', [toGuest]));
    const { id, execution } = await waiting(reminder.id);
    // Not asked yet; never asked at all.
    expect((await acknowledge(guest, id)).status).toBe(404);
    expect((await acknowledge(stranger, id)).status).toBe(404);
    expect(await inboxOf(guest, reminder.id)).toBe(0);
    const { status } = await settled(owner, reminder.id, 60);
    expect(status).toBe('UNACKNOWLEDGED');
    expect(await inboxOf(guest, reminder.id)).toBe(1);
    const trace = await traceOf(owner, id);
    expect(trace.deliveries.map(({ tier, userId }) => ({ tier, userId }))).toEqual([
      { tier: 0, userId: owner.id },
      { tier: 1, userId: guest.id },
    ]);
    expect(trace.tally).toEqual({ sent: 2, suppressed: 0, failed: 0 });
    expect(steps(trace).slice(-3)).toEqual(['escalated', 'unacknowledged', 'settled']);
    expect(await terminalOf(execution)).toBe('ReminderUnacknowledged');
    for (const late of [owner, guest]) {
      expect(expectStatus(409, await acknowledge(late, id)).body).toMatchObject({
        type: 'urn:carillon:problem:acknowledgement-over',
        detail: 'Nobody acknowledged it in time.',
      });
    }
    expect((await acknowledge(stranger, id)).status).toBe(404);
  }, 90_000);

  it('may be acknowledged by whom the next tier asks, and then asks no more', async () => {
    const reminder = await remind(owner, 3, asking('PT10S', [toGuest, { ...toGuest, within: 'PT1H' }]));
    const { id } = await waiting(reminder.id, 1);
    expectStatus(200, await acknowledge(guest, id));
    expect((await settled(owner, reminder.id)).status).toBe('ACKNOWLEDGED');
    const trace = await traceOf(owner, id);
    expect(trace.acknowledgement).toMatchObject({ by: guest.id, tiers: [{ tier: 0 }, { tier: 1 }] });
    expect(await inboxOf(guest, reminder.id)).toBe(1);
  }, 60_000);

  it('is decided once, when it is acknowledged at the very instant at which the wait ends', async () => {
    const outcomes = await Promise.all(
      [-40, 0, 40].map(async (offset) => {
        const reminder = await remind(owner, 3, { ...asking(), notAfter: 'PT15S' });
        const { id, acknowledgement } = await waiting(reminder.id);
        const end = Date.parse(acknowledgement?.tiers[0]?.until ?? '') + offset;
        await sleep(end - 150 - Date.now());
        const answers = await Promise.all(
          Array.from({ length: 12 }, async (_, n) => {
            await sleep(n * 25);
            return (await acknowledge(owner, id)).status;
          }),
        );
        const { status } = await settled(owner, reminder.id);
        return { status, answers: [...new Set(answers)] };
      }),
    );
    for (const { status, answers } of outcomes) {
      expect(answers).toEqual(status === 'ACKNOWLEDGED' ? [200] : [409]);
    }
  }, 90_000);

  it('asks nobody after its notAfter', async () => {
    const reminder = await remind(owner, 3, { ...asking('PT1M', [toGuest]), notAfter: 'PT8S' });
    expect((await settled(owner, reminder.id)).status).toBe('UNACKNOWLEDGED');
    expect(await inboxOf(guest, reminder.id)).toBe(0);
  });

  it('needs no machine that waits to be acknowledged, and then sends nothing more', async () => {
    await setFaults([{ service: 'ses', action: 'SendEmail', times: 100, status: 503 }]);
    const reminder = await remind(owner, 3, { ...asking('PT1H', [toGuest]), channels: ['email'] });
    const { id } = await until('the claim', async () => (await occurrencesOf(owner, reminder.id))[0]);
    expectStatus(200, await acknowledge(owner, id));
    // Until then the provider refuses: a try that had begun before would otherwise go through.
    expect((await settled(owner, reminder.id, 60)).status).toBe('ACKNOWLEDGED');
    await setFaults([]);
    expect((await traceOf(owner, id)).deliveries).toMatchObject([{ outcome: 'SUPPRESSED', reason: 'ACKNOWLEDGED' }]);
  }, 90_000);

  it('does not wait for the end of quiet hours, and sends nothing then to whoever has seen it', async () => {
    const person = await newPerson('sleeper');
    const timeOfDay = (at: number) => new Date(at).toISOString().slice(11, 16);
    const quiet_hours = {
      from: timeOfDay(Date.now() - 3_600_000),
      to: timeOfDay(Date.now() + 3_600_000),
      time_zone: 'UTC',
    };
    expectStatus(200, await person.ask('PUT', '/api/v1/users/me/preferences', { body: { quiet_hours } }));
    const audience = { kind: 'users', userIds: [person.id] };
    const reminder = await remind(owner, 3, { ...asking(), audience, channels: ['email', 'inbox'] });
    const { id } = await waiting(reminder.id, 0, ({ deliveries }) =>
      deliveries.some(({ outcome }) => outcome === 'DEFERRED'),
    );
    expectStatus(200, await acknowledge(person, id));
    expect((await settled(owner, reminder.id)).status).toBe('ACKNOWLEDGED');
    expect((await traceOf(owner, id)).deliveries).toContainEqual(
      expect.objectContaining({ channel: 'email', outcome: 'SUPPRESSED', reason: 'ACKNOWLEDGED' }),
    );
  }, 60_000);

  it('goes off again when it is snoozed, asks anew, and keeps its schedule', async () => {
    const schedule = daily(3);
    const reminder = await remind(owner, 3, {
      ...asking(),
      schedule,
      audience: { kind: 'users', userIds: [guest.id] },
    });
    const { id } = await waiting(reminder.id);
    const { body } = expectStatus(200, await acknowledge(guest, id, { snooze: 'PT3S' }));
    expect(body).toMatchObject({ by: guest.id, snoozedUntil: expect.any(String) });
    const again = await until('the second time', async () => {
      const [latest] = await occurrencesOf(owner, reminder.id);
      return latest && latest.id !== id ? waiting(reminder.id) : undefined;
    });
    expect(again).toMatchObject({ dueAt: body.snoozedUntil, acknowledgement: { status: 'WAITING' } });
    expect((await read(owner, reminder.id)).nextDueAt).toBe(
      new Date(Date.parse(`${schedule.at}Z`) + 86_400_000).toISOString(),
    );
    // Not beyond what comes anyway, and not by more than a day.
    const tomorrow = expectStatus(200, await acknowledge(guest, again.id, { snooze: 'P1D' }));
    expect(tomorrow.body.snoozedUntil).toBe((await read(owner, reminder.id)).nextDueAt);
    expect((await acknowledge(guest, again.id, { snooze: 'P2D' })).status).toBe(400);
  }, 60_000);

  it('is acknowledged by its owner who has it go off once more', async () => {
    const reminder = await remind(owner, 3, asking('PT1H', [toGuest]));
    const { id } = await waiting(reminder.id);
    expectStatus(200, await owner.ask('POST', `/api/v1/reminders/${reminder.id}/snooze`, { body: { for: 'PT1H' } }));
    expect((await settled(owner, reminder.id)).status).toBe('ACKNOWLEDGED');
    expect((await traceOf(owner, id)).acknowledgement).toMatchObject({ by: owner.id });
    expect((await read(owner, reminder.id)).status).toBe('SCHEDULED');
  });

  it('asks on when its owner puts off what comes next', async () => {
    const reminder = await remind(owner, 3, { ...asking(), schedule: daily(3) });
    const { id } = await waiting(reminder.id);
    expectStatus(200, await owner.ask('POST', `/api/v1/reminders/${reminder.id}/snooze`, { body: { for: 'P2D' } }));
    expect((await traceOf(owner, id)).acknowledgement).toMatchObject({ status: 'WAITING' });
    expect((await acknowledge(owner, id)).status).toBe(200);
  });

  it('is not snoozed beyond its notAfter', async () => {
    const notAfter = new Date(Date.now() + 3_600_000).toISOString();
    const reminder = await remind(owner, 3, { ...asking(), notAfter });
    const { id } = await waiting(reminder.id);
    expect(expectStatus(400, await acknowledge(owner, id, { snooze: 'PT2H' })).body).toMatchObject({
      errors: [{ field: 'snooze', reason: 'is later than the notAfter of the reminder' }],
    });
    expect((await acknowledge(owner, id)).status).toBe(200);
  });
});

describe('a reminder that somebody is asked to acknowledge', () => {
  const ends: [string, (id: string) => Promise<unknown>][] = [
    ['cancelled', (id) => owner.ask('POST', `/api/v1/reminders/${id}/cancel`)],
    ['paused', (id) => owner.ask('POST', `/api/v1/reminders/${id}/pause`)],
    ['edited', (id) => owner.ask('PATCH', `/api/v1/reminders/${id}`, { body: { title: 'Coffee' } })],
  ];
  it.each(ends)('and that is %s asks nobody any more, and says so', async (_, end) => {
    const reminder = await remind(owner, 3, { ...asking('PT1H', [toGuest]), schedule: daily(3) });
    const { id, execution } = await waiting(reminder.id);
    await end(reminder.id);
    await until('the end', async () => {
      const trace = await traceOf(owner, id);
      return trace.status === 'DELIVERED' ? trace : undefined;
    });
    expect((await traceOf(owner, id)).acknowledgement).toMatchObject({ status: 'WITHDRAWN', tiers: [{ tier: 0 }] });
    expect(await terminalOf(execution)).toBe('ReminderDelivered');
    expect(expectStatus(409, await acknowledge(owner, id)).body.detail).toMatch(/cancelled, paused or changed/);
    expect(await inboxOf(guest, reminder.id)).toBe(0);
  });

  it('and that is deleted is gone, and its execution ends', async () => {
    const reminder = await remind(owner, 3, asking('PT1H', [toGuest]));
    const { id, execution } = await waiting(reminder.id);
    expectStatus(204, await owner.ask('DELETE', `/api/v1/reminders/${reminder.id}`));
    expect(await terminalOf(execution)).toBe('ReminderDelivered');
    expect((await acknowledge(owner, id)).status).toBe(404);
  });

  it('ends with the event that it is about', async () => {
    const body = {
      title: 'Dinner',
      starts_at: { at: inSeconds(3600), timeZone: 'UTC' },
      members: [{ user_id: guest.id }],
    };
    const event = expectStatus(201, await owner.ask('POST', '/api/v1/events', { body })).body;
    const audience = { kind: 'event', eventId: event.id };
    const then = [{ channels: ['inbox'], audience, within: 'PT10S' }];
    const reminder = await remind(owner, 3, { ...asking('PT1H', then), schedule: daily(3) });
    const { id, execution } = await waiting(reminder.id);
    expectStatus(204, await owner.ask('DELETE', `/api/v1/events/${event.id}`));
    expect(await terminalOf(execution)).toBe('ReminderDelivered');
    expect((await traceOf(owner, id)).acknowledgement).toMatchObject({ status: 'WITHDRAWN' });
  }, 60_000);

  it('ends with the group of the event that it is about', async () => {
    const group = expectStatus(201, await owner.ask('POST', '/api/v1/groups', { body: { name: 'Family' } })).body;
    const body = { title: 'Dinner', starts_at: { at: inSeconds(3600), timeZone: 'UTC' }, group_id: group.id };
    const event = expectStatus(201, await owner.ask('POST', '/api/v1/events', { body })).body;
    const admins = { channels: ['inbox'], audience: { kind: 'groupAdmins', groupId: group.id }, within: 'PT1H' };
    const audience = { kind: 'event', eventId: event.id };
    const reminder = await remind(owner, 3, { ...asking('PT10S', [admins]), audience, schedule: daily(3) });
    const { id, execution, deliveries } = await waiting(reminder.id, 1);
    expect(deliveries).toContainEqual(expect.objectContaining({ tier: 1, userId: owner.id }));
    expectStatus(204, await owner.ask('DELETE', `/api/v1/groups/${group.id}`));
    expect(await terminalOf(execution)).toBe('ReminderDelivered');
    expect((await traceOf(owner, id)).acknowledgement).toMatchObject({ status: 'WITHDRAWN' });
  }, 60_000);

  it('ends with its owner’s account', async () => {
    const leaving = await newPerson('leaving');
    const reminder = await remind(leaving, 3, { ...asking(), audience: { kind: 'users', userIds: [guest.id] } });
    const { execution } = await until('the claim', async () => {
      const [latest] = await occurrencesOf(leaving, reminder.id);
      return latest && (await inboxOf(guest, reminder.id)) === 1 ? traceOf(leaving, latest.id) : undefined;
    });
    expectStatus(204, await leaving.ask('DELETE', `/api/v1/users/${leaving.id}`));
    expect(await terminalOf(execution)).toBe('ReminderDelivered');
  }, 60_000);
});

describe('an execution that is stopped while it waits', () => {
  it('is followed by one that finds what was acknowledged meanwhile', async () => {
    const reminder = await remind(owner, 3, asking('PT1H', [toGuest]));
    const { id, execution } = await waiting(reminder.id);
    await stop(execution);
    expectStatus(200, await acknowledge(owner, id));
    await sweepAt(40_000);
    expect(await settled(owner, reminder.id)).toMatchObject({ status: 'ACKNOWLEDGED', run: 2 });
    expect(await inboxOf(owner, reminder.id)).toBe(1);
    expect(await inboxOf(guest, reminder.id)).toBe(0);
  }, 60_000);

  it('is followed by one that does what follows from that, where whoever acknowledged has died as well', async () => {
    const reminder = await remind(owner, 3, asking('PT1H', [toGuest]));
    const { id, execution, dueAt } = await waiting(reminder.id);
    await stop(execution);
    const until = `${inSeconds(3600)}.000Z`;
    await changeAsking(
      { reminderId: reminder.id, dueAt },
      (asked) => acknowledgeAsking(asked.asking, owner.id, { until, revision: reminder.revision }, new Date()),
      { reminders },
    );
    await sweepAt(40_000);
    expect(await settled(owner, reminder.id)).toMatchObject({ id, status: 'ACKNOWLEDGED', run: 2 });
    expect(await read(owner, reminder.id)).toMatchObject({ status: 'SCHEDULED', nextDueAt: until });
  }, 60_000);

  it('is followed by one that waits no longer for that, and nobody gets a tier twice', async () => {
    const reminder = await remind(owner, 3, asking('PT10S', [toGuest]));
    const { id, execution, acknowledgement } = await waiting(reminder.id, 1);
    await stop(execution);
    const end = Date.parse(acknowledgement?.tiers[1]?.until ?? '');
    // Nothing to do while somebody is waited for.
    await sweepAt();
    expect((await traceOf(owner, id)).run).toBe(1);
    await sweepAt(end - Date.now() + 35_000);
    const { status, run } = await settled(owner, reminder.id, 60);
    expect({ status, run }).toEqual({ status: 'UNACKNOWLEDGED', run: 2 });
    const trace = await traceOf(owner, id);
    expect(trace.acknowledgement?.tiers).toEqual(acknowledgement?.tiers);
    expect(trace.tally).toEqual({ sent: 2, suppressed: 0, failed: 0 });
    expect([await inboxOf(owner, reminder.id), await inboxOf(guest, reminder.id)]).toEqual([1, 1]);
  }, 90_000);
});

describe('what nobody is asked', () => {
  it('to acknowledge can’t be, and an occurrence that has not gone off is none', async () => {
    const plain = await remind(owner, 3);
    const { id } = await settled(owner, plain.id);
    expect(expectStatus(409, await acknowledge(owner, id)).body.type).toMatch(/acknowledgement-not-asked$/);
    const later = await remind(owner, 3600, asking());
    const coming = `${later.id}_${(later.nextDueAt ?? '').slice(0, 19).replace(/[-:]/g, '')}Z`;
    for (const each of [coming, 'nothing', `${later.id}_20310101T000000Z`]) {
      expect((await acknowledge(owner, each)).status).toBe(404);
    }
  });

  it.each([
    ['a wait that is too short', { within: 'PT9S' }, 'acknowledgement.within'],
    ['a wait that is too long', { within: 'PT25H' }, 'acknowledgement.within'],
    [
      'six tiers more',
      asking(
        'PT1M',
        Array.from({ length: 6 }, () => ({ audience: { kind: 'me' }, within: 'PT1M' })),
      ).acknowledgement,
      'acknowledgement.then',
    ],
    [
      'people whom there is not',
      asking('PT1M', [
        { audience: { kind: 'users', userIds: ['6f0d7c1e-5f0b-4c55-9d5e-1d1f7a1c2b3d'] }, within: 'PT1M' },
      ]).acknowledgement,
      'acknowledgement.then.0.audience.userIds.0',
    ],
    [
      'an event of others',
      asking('PT1M', [{ audience: { kind: 'event', eventId: '6f0d7c1e-5f0b-4c55-9d5e-1d1f7a1c2b3d' }, within: 'PT1M' }])
        .acknowledgement,
      'acknowledgement.then.0.audience.eventId',
    ],
    [
      'a group of others',
      asking('PT1M', [
        { audience: { kind: 'groupAdmins', groupId: '6f0d7c1e-5f0b-4c55-9d5e-1d1f7a1c2b3d' }, within: 'PT1M' },
      ]).acknowledgement,
      'acknowledgement.then.0.audience.groupId',
    ],
  ])('with %s is refused, and the field is named', async (_, acknowledgement, field) => {
    const schedule = { at: inSeconds(3600), timeZone: 'UTC' };
    const body = { title: 'Tea', message: 'Now', schedule, acknowledgement };
    const refused = expectStatus(400, await owner.ask('POST', '/api/v1/reminders', { body }));
    expect(refused.body.errors).toEqual([expect.objectContaining({ field })]);
  });

  it('is changed and taken away like the rest of a reminder', async () => {
    const { id } = await remind(owner, 3600, asking('PT5M'));
    const patch = (body: object) => owner.ask('PATCH', `/api/v1/reminders/${id}`, { body });
    expect((await patch({ acknowledgement: { within: 'PT6M' } })).body).toMatchObject({
      acknowledgement: asking('PT6M').acknowledgement,
    });
    expect((await patch({ title: 'Coffee' })).body).toMatchObject({ acknowledgement: { within: 'PT6M' } });
    expect((await patch({ acknowledgement: null })).body).not.toHaveProperty('acknowledgement');
  });
});
