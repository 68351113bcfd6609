import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { deliverBatch, type Sender } from '../../src/notifications/delivery/deliver-batch.ts';
import { latestRows } from '../../src/notifications/delivery/delivery.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { selectRecipients } from '../../src/notifications/delivery/select-recipients.ts';
import { suppressionStore } from '../../src/suppressions/suppression-store.ts';
import { users } from '../support/accounts.ts';
import { inboxOf, occurrencesOf, remind, settledTrace, traceOf, until } from '../support/lifecycle.ts';
import { notify } from '../support/notifications.ts';
import { membersIn, tableName, tables } from '../support/tables.ts';
import { expectStatus, newMember, newPerson, type Person } from './person.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const prefer = async (person: Person, body: object) =>
  expectStatus(200, await person.ask('PUT', '/api/v1/users/me/preferences', { body }));

async function somebody(preferences: object, time_zone = 'UTC'): Promise<Person> {
  const person = await newPerson('sleeper');
  expectStatus(200, await person.ask('PATCH', '/api/v1/users/me', { body: { time_zone } }));
  await prefer(person, preferences);
  return person;
}

/** `22:00` on a clock in UTC. */
const clock = (at: number) => new Date(at).toISOString().slice(11, 16);

/** Hours over midnight that hold all day but for the minute that begins at `end`. */
const quietUntil = (end: number, more: object = {}) => ({
  quiet_hours: { from: clock(end + MINUTE), to: clock(end), time_zone: 'UTC', ...more },
});

const Deliveries = z.array(
  z.object({
    channel: z.string(),
    outcome: z.string(),
    reason: z.string(),
    until: z.string().optional(),
    at: z.string(),
  }),
);

const Traced = z.object({ data: z.object({ deliveries: z.unknown() }) });

const byChannel = (rows: unknown) => new Map(Deliveries.parse(rows).map((row) => [row.channel, row]));

/** The log of a reminder that has gone off, once the channel is deferred and nothing else under way. */
const deferred = (person: Person, reminderId: string, channel = 'email') =>
  until('the deferral', async () => {
    const [occurrence] = await occurrencesOf(person, reminderId);
    if (!occurrence) return undefined;
    const trace = await traceOf(person, occurrence.id);
    const rows = byChannel(trace.deliveries);
    const isUnderWay = [...rows.values()].some(({ outcome }) => outcome === 'PENDING');
    return rows.get(channel)?.outcome === 'DEFERRED' && !isUnderWay ? rows : undefined;
  });

describe('quiet hours across midnight', () => {
  /** A zone in which it is this hour of the day now; `Etc/GMT-9` is nine hours ahead of UTC. */
  function zoneAt(hour: number) {
    const ahead = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
    return { zone: `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`, ahead: ahead * HOUR };
  }
  const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

  it.each([
    ['before midnight, in the zone of the person', 22, false],
    ['after it, in a zone of their own', 3, true],
  ])(
    'hold %s, by the day on which they began',
    async (_, hour, withOwnZone) => {
      const { zone, ahead } = zoneAt(hour);
      const time_zone = withOwnZone ? zone : undefined;
      const persons = withOwnZone ? 'UTC' : zone;
      const wall = Date.now() + ahead;
      const began = wall - (hour < 12 ? DAY : 0);
      const days = (at: number) => [WEEKDAYS[new Date(at).getUTCDay()] ?? ''];
      const hours = { from: '21:00', to: '07:00', time_zone };
      const quiet = await somebody({ quiet_hours: { ...hours, days: days(began) } }, persons);
      const awake = await somebody({ quiet_hours: { ...hours, days: days(began + DAY) } }, persons);
      const [asleep, up] = await Promise.all([quiet, awake].map((one) => remind(one, 3, { channels: ['email'] })));
      const rows = await deferred(quiet, asleep?.id ?? '');
      const end = Math.floor(began / DAY) * DAY + DAY + 7 * HOUR - ahead;
      expect(rows.get('email')).toMatchObject({ until: new Date(end).toISOString() });
      const sent = await settledTrace(awake, up?.id ?? '');
      expect(byChannel(sent.deliveries).get('email')).toMatchObject({ outcome: 'SENT' });
    },
    60_000,
  );

  it('hold for the inbox when it is listed, and then for nothing else', async () => {
    const person = await somebody(quietUntil(Date.now() + 2 * HOUR, { channels: ['inbox'] }));
    const reminder = await remind(person, 3, { channels: ['email', 'inbox'] });
    const rows = await deferred(person, reminder.id, 'inbox');
    expect(rows.get('inbox')).toMatchObject({ reason: 'QUIET_HOURS' });
    expect(rows.get('email')).toMatchObject({ outcome: 'SENT' });
    expect(await inboxOf(person, reminder.id)).toBe(0);
  });

  it('let what is critical through, and nothing else', async () => {
    const sender = await newMember('machine', 'senders');
    const person = await somebody(quietUntil(Date.now() + 2 * HOUR));
    const logOf = async (key: string) => {
      const location = await notify(sender, { user_id: person.id, key });
      return until(`the log of ${key}`, async () => {
        const { body } = expectStatus(200, await sender.ask('GET', location));
        const email = byChannel(Traced.parse(body).data.deliveries).get('email');
        return email?.outcome === 'PENDING' ? undefined : email;
      });
    };
    expect(await logOf('new_login')).toMatchObject({ outcome: 'SENT' });
    expect(await logOf('registration')).toMatchObject({ outcome: 'DEFERRED', reason: 'QUIET_HOURS' });
  });
});

/** The clock of the functions can't be set, so these are called as the machine calls them, at moments of the test's choosing. */
describe('quiet hours when clocks change', () => {
  let person: Person;
  beforeAll(async () => {
    person = await newPerson('traveller');
  });

  const deliveries = deliveryStore(tables(), tableName('deliveries'));
  const suppressions = suppressionStore(tables(), tableName('suppressions'));
  const { members } = membersIn(tables());
  const sender: Sender = {
    repeats: 'harmless',
    chunk: 10,
    success: { outcome: 'SENT', reason: 'ACCEPTED' },
    send: async () => ({ kind: 'accepted', messageId: 'm' }),
  };

  async function rowAt(at: string) {
    const dispatchId = randomUUID();
    const now = () => new Date(at);
    const content = { key: 'reminder', category: 'reminders' as const, variables: {}, title: 'Hi', message: 'Hello' };
    await selectRecipients(
      { dispatchId, run: 1, content, userIds: [person.id], channels: ['email'] },
      { deliveries, users, suppressions, now },
    );
    const batch = 'email#00001';
    await deliverBatch({ dispatchId, run: 1, batch }, { deliveries, users, suppressions, members, sender, now });
    return latestRows((await deliveries.readBatch(dispatchId, batch)).rows).get(person.id);
  }

  it.each([
    ['end an hour sooner where clocks go forward', 'Europe/Warsaw', '07:00', '2027-03-27T23:00Z', '2027-03-28T05:00Z'],
    ['end an hour later where clocks go back', 'Europe/Warsaw', '07:00', '2027-10-30T22:00Z', '2027-10-31T06:00Z'],
    ['end after a gap that their end falls into', 'Europe/Warsaw', '02:30', '2027-03-27T23:00Z', '2027-03-28T01:30Z'],
    ['end the first time that it is so late', 'Europe/Warsaw', '02:30', '2027-10-30T22:00Z', '2027-10-31T00:30Z'],
    ['do not come back with the clocks', 'Europe/Warsaw', '02:30', '2027-10-31T01:15Z', undefined],
    ['go by New York’s day of it', 'America/New_York', '07:00', '2027-03-14T05:00Z', '2027-03-14T11:00Z'],
    ['go by half an hour on Lord Howe', 'Australia/Lord_Howe', '07:00', '2027-04-03T13:00Z', '2027-04-03T20:30Z'],
  ])('%s', async (_, time_zone, to, at, end) => {
    await prefer(person, { quiet_hours: { from: '22:00', to, time_zone } });
    expect(await rowAt(at)).toMatchObject(
      end === undefined
        ? { outcome: 'SENT' }
        : { outcome: 'DEFERRED', reason: 'QUIET_HOURS', until: new Date(end).toISOString() },
    );
  });
});
