import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { SendResult } from '../../src/channels/channel.ts';
import { deliverBatch, logUndelivered } from '../../src/notifications/delivery/deliver-batch.ts';
import { type ChannelChoice, type Content, latestRows } from '../../src/notifications/delivery/delivery.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { selectRecipients } from '../../src/notifications/delivery/select-recipients.ts';
import { emailSender, smsSender } from '../../src/notifications/delivery/senders.ts';
import { suppressionStore } from '../../src/suppressions/suppression-store.ts';
import { Preferences } from '../../src/users/preferences.ts';
import type { Person } from '../../src/users/user.ts';
import { userStore } from '../../src/users/user-store.ts';
import { Died, immortal, type Life, mortal } from '../support/mortal.ts';
import { addPeople } from '../support/people.ts';
import { membersIn, tableName, tables } from '../support/tables.ts';

/** Far ahead, in UTC: an evening before quiet hours, in them, as they end, and a later morning. */
const [EVENING, NIGHT, MORNING] = ['2090-03-01T20:00:00.000Z', '2090-03-01T23:00:00.000Z', '2090-03-02T07:00:00.000Z'];
const ACCEPTED: SendResult = { kind: 'accepted', messageId: 'm' };
const DOWN: SendResult = { kind: 'transient', reason: 'PROVIDER_UNAVAILABLE' };
const LOST: SendResult = { kind: 'unknown', reason: 'OUTCOME_UNKNOWN' };

const quiet = (to = '07:00'): Partial<Person> => ({
  preferences: Preferences.parse({ quiet_hours: { from: '22:00', to } }),
});

const content: Content = { key: 'reminder', category: 'reminders', title: 'Hi', message: 'Hello', variables: {} };

interface Sent {
  readonly address: string;
  readonly at: string;
}

/** A dispatch whose functions are called at moments of the test's choosing, with a provider that answers these results first. */
function dispatchOf(
  userIds: string[],
  channels: ChannelChoice,
  { more = {}, notAfter, results = [] }: { more?: Partial<Content>; notAfter?: Date; results?: SendResult[] } = {},
) {
  const id = randomUUID();
  const sent: Sent[] = [];
  const answers = [...results];
  const functions = (at: string, life: Life) => {
    const client = tables(life.step);
    const send = (address: string): Promise<SendResult> =>
      life.step(async () => {
        sent.push({ address, at });
        return answers.shift() ?? ACCEPTED;
      });
    return {
      deliveries: deliveryStore(client, tableName('deliveries')),
      users: userStore(client, tableName('users')),
      suppressions: suppressionStore(client, tableName('suppressions')),
      members: membersIn(client).members,
      now: () => new Date(at),
      senders: { email: emailSender({ name: 'email', send }), sms: smsSender({ name: 'sms', send }) },
    };
  };
  const read = deliveryStore(tables(), tableName('deliveries'));
  const select = async (at: string, life = immortal()) => {
    const audience = { dispatchId: id, run: 1, content: { ...content, ...more }, userIds, channels, notAfter };
    return (await selectRecipients(audience, functions(at, life))).batches.flat();
  };
  const deliver = (batch: string, at: string, life = immortal()) => {
    const { senders, ...deps } = functions(at, life);
    return deliverBatch(
      { dispatchId: id, run: 1, batch },
      { ...deps, sender: batch.startsWith('sms') ? senders.sms : senders.email },
    );
  };
  return {
    id,
    sent,
    select,
    deliver,
    giveUp: (batch: string, at: string) => logUndelivered({ dispatchId: id, run: 1, batch }, functions(at, immortal())),
    recipientsOf: async (batch: string) => (await read.readBatch(id, batch)).recipients,
    rowOf: async (batch: string, userId: string) => latestRows((await read.readBatch(id, batch)).rows).get(userId),
    withdraw: () => read.withdraw(id, new Date(NIGHT)),
    rows: async (batch: string) => (await read.readBatch(id, batch)).rows,
  };
}

async function oneInTheNight(options: Parameters<typeof dispatchOf>[2] = {}, person = quiet()) {
  const people = await addPeople(1, person);
  const [userId = ''] = people.ids;
  const dispatch = dispatchOf(people.ids, ['email'], options);
  const [batch = ''] = await dispatch.select(NIGHT);
  return { ...dispatch, userId, batch, row: () => dispatch.rowOf(batch, userId) };
}

describe('a delivery that falls into quiet hours', () => {
  it('is deferred to their end, and sent then', async () => {
    const { batch, deliver, row, sent } = await oneInTheNight();
    expect(await deliver(batch, NIGHT)).toEqual({ sent: 0, suppressed: 0, failed: 0, resume_at: MORNING });
    expect(await row()).toMatchObject({ outcome: 'DEFERRED', reason: 'QUIET_HOURS', until: MORNING, attempts: 0 });
    expect(sent).toEqual([]);
    expect(await deliver(batch, MORNING)).toEqual({ sent: 1, suppressed: 0, failed: 0 });
    expect(await row()).toMatchObject({ outcome: 'SENT', attempts: 1 });
    expect(sent).toHaveLength(1);
  });

  it('stays deferred, without another row, when it is looked at too early', async () => {
    const { batch, deliver, rows } = await oneInTheNight();
    await deliver(batch, NIGHT);
    expect(await deliver(batch, '2090-03-02T06:59:59.999Z')).toMatchObject({ sent: 0, resume_at: MORNING });
    expect(await rows(batch)).toHaveLength(1);
  });

  it('goes through when it is critical', async () => {
    const { batch, deliver } = await oneInTheNight({ more: { critical: true } });
    expect(await deliver(batch, NIGHT)).toEqual({ sent: 1, suppressed: 0, failed: 0 });
  });

  it('says so where it would be too late at their end', async () => {
    const { batch, deliver, row } = await oneInTheNight({ notAfter: new Date('2090-03-02T06:59:00.000Z') });
    expect(await deliver(batch, NIGHT)).toEqual({ sent: 0, suppressed: 1, failed: 0 });
    expect(await row()).toMatchObject({ outcome: 'SUPPRESSED', reason: 'QUIET_UNTIL_TOO_LATE' });
  });

  it('waits where it may still be sent at their end, and expires when nobody comes in time', async () => {
    const { batch, deliver, row } = await oneInTheNight({ notAfter: new Date(MORNING) });
    expect(await deliver(batch, NIGHT)).toMatchObject({ resume_at: MORNING });
    expect(await deliver(batch, '2090-03-02T07:00:00.001Z')).toEqual({ sent: 0, suppressed: 1, failed: 0 });
    expect(await row()).toMatchObject({ outcome: 'SUPPRESSED', reason: 'EXPIRED' });
  });

  it.each([
    [
      'the reminder is withdrawn',
      'REMINDER_WITHDRAWN',
      (dispatch: { withdraw(): Promise<void> }) => dispatch.withdraw(),
    ],
    [
      'the person wants no more email',
      'CHANNEL_NOT_PREFERRED',
      (_: unknown, userId: string) =>
        change(userId, { preferences: Preferences.parse({ channels: { email: false } }) }),
    ],
    [
      'the address is not theirs any more',
      'CONTACT_POINT_NOT_VERIFIED',
      (_: unknown, userId: string) => change(userId, { contact_points: { email: { address: 'new@example.com' } } }),
    ],
    [
      'the address has bounced',
      'ADDRESS_SUPPRESSED',
      (_: unknown, userId: string) => suppress(`${userId}@example.com`),
    ],
  ] as const)('is judged again at their end: %s', async (_, reason, happen) => {
    const dispatch = await oneInTheNight();
    await dispatch.deliver(dispatch.batch, NIGHT);
    await happen(dispatch, dispatch.userId);
    expect(await dispatch.deliver(dispatch.batch, MORNING)).toEqual({ sent: 0, suppressed: 1, failed: 0 });
    expect(await dispatch.row()).toMatchObject({ outcome: 'SUPPRESSED', reason });
    expect(dispatch.sent).toEqual([]);
  });

  it('is sent as soon as it is looked at, when the person has ended their quiet hours', async () => {
    const { batch, deliver, userId } = await oneInTheNight();
    await deliver(batch, NIGHT);
    await change(userId, { preferences: Preferences.parse({}) });
    expect(await deliver(batch, NIGHT)).toEqual({ sent: 1, suppressed: 0, failed: 0 });
  });

  it('waits on when they last longer by then', async () => {
    const { batch, deliver, userId, rows } = await oneInTheNight();
    await deliver(batch, NIGHT);
    await change(userId, quiet('09:00'));
    expect(await deliver(batch, MORNING)).toMatchObject({ sent: 0, resume_at: '2090-03-02T09:00:00.000Z' });
    expect(await rows(batch)).toHaveLength(2);
  });

  it('between two attempts is tried again at their end, and counts on', async () => {
    const { batch, deliver, row } = await oneInTheNight({ results: [DOWN] });
    await expect(deliver(batch, EVENING)).rejects.toThrow('worth another try');
    expect(await deliver(batch, NIGHT)).toMatchObject({ resume_at: MORNING });
    expect(await deliver(batch, MORNING)).toMatchObject({ sent: 1 });
    expect(await row()).toMatchObject({ outcome: 'SENT', attempts: 2 });
  });

  it('after an answer was lost does not forget it: two mails are still the most', async () => {
    const { batch, deliver, row, sent } = await oneInTheNight({ results: [LOST, LOST, LOST] });
    await expect(deliver(batch, EVENING)).rejects.toThrow('worth another try');
    await deliver(batch, NIGHT);
    await deliver(batch, MORNING);
    expect(await row()).toMatchObject({ outcome: 'FAILED', reason: 'OUTCOME_UNKNOWN' });
    expect(sent).toHaveLength(2);
  });

  it('keeps its turn when the tries of the batch are used up before their end, and fails when they are after it', async () => {
    const { batch, deliver, giveUp, row } = await oneInTheNight();
    await deliver(batch, NIGHT);
    expect(await giveUp(batch, NIGHT)).toMatchObject({ failed: 0, resume_at: MORNING });
    expect(await giveUp(batch, MORNING)).toEqual({ sent: 0, suppressed: 0, failed: 1 });
    expect(await row()).toMatchObject({ outcome: 'FAILED', reason: 'INTERNAL_ERROR' });
  });
});

describe('selection', () => {
  it('keeps those who are in quiet hours in batches of their own, in the order of their end', async () => {
    const [awake, seven, six] = await Promise.all([
      addPeople(3),
      addPeople(30, quiet()),
      addPeople(30, quiet('06:00')),
    ]);
    const dispatch = dispatchOf([...seven.ids, ...awake.ids, ...six.ids], ['email']);
    const batches = await dispatch.select(NIGHT);
    const members = await Promise.all(batches.map(dispatch.recipientsOf));
    expect(members.map((ids) => ids.length)).toEqual([3, 50, 10]);
    expect([...(members[0] ?? [])].sort()).toEqual([...awake.ids].sort());
    expect((members[1] ?? []).slice(0, 30).sort()).toEqual([...six.ids].sort());
  });

  it('takes the next alternative where the first leads to a suppressed address', async () => {
    const { ids } = await addPeople(2, { preferred_channels: ['inbox', ['email', 'sms']] });
    const [bounced = '', other = ''] = ids;
    await suppress(`${bounced}@example.com`);
    for (const choice of ['preferred', ['email', 'sms']] as const) {
      const dispatch = dispatchOf(ids, choice === 'preferred' ? choice : [...choice]);
      await dispatch.select(EVENING);
      expect(await dispatch.recipientsOf('email#00001')).toEqual([other]);
      expect(await dispatch.recipientsOf('sms#00001')).toEqual([bounced]);
      expect(await dispatch.rowOf('email#skip-00001', bounced)).toMatchObject({ reason: 'ADDRESS_SUPPRESSED' });
      expect(await dispatch.rowOf('sms#skip-00001', other)).toMatchObject({ reason: 'CHANNEL_NOT_PREFERRED' });
    }
  });
});

describe('functions that die at any step before or after the end of quiet hours', () => {
  it.each(['email', 'sms'] as const)(
    'lose nothing on %s, send nothing early, and repeat no more than promised',
    async (channel) => {
      const { ids } = await addPeople(2, quiet());
      /** Selection and delivery at night, delivery in the morning. */
      const steps = [
        async (dispatch: ReturnType<typeof dispatchOf>, life: Life) => {
          for (const batch of await dispatch.select(NIGHT, life)) await dispatch.deliver(batch, NIGHT, life);
        },
        async (dispatch: ReturnType<typeof dispatchOf>, life: Life) => {
          for (const batch of await dispatch.select(MORNING, life)) await dispatch.deliver(batch, MORNING, life);
        },
      ];
      const whole = dispatchOf(ids, [channel]);
      for (const [nth, step] of steps.entries()) {
        const life = immortal();
        await step(whole, life);
        for (let diesAt = 1; diesAt <= life.steps(); diesAt++) {
          for (const takesEffect of [false, true]) {
            const about = `${nth === 0 ? 'at night' : 'in the morning'}, ${takesEffect ? 'after' : 'before'} step ${diesAt}`;
            const dispatch = dispatchOf(ids, [channel]);
            for (const [n, each] of steps.entries()) {
              if (n === nth) await expect(each(dispatch, mortal(diesAt, takesEffect))).rejects.toThrow(Died);
              await each(dispatch, immortal());
            }
            const times = ids.map((id) => dispatch.sent.filter(({ address }) => address.includes(id)).length);
            expect({ about, early: dispatch.sent.filter(({ at }) => at < MORNING) }).toEqual({ about, early: [] });
            expect({ about, most: Math.max(...times) <= (channel === 'email' ? 2 : 1) }).toEqual({ about, most: true });
            for (const id of ids) {
              const row = await dispatch.rowOf(`${channel}#00001`, id);
              const known = row?.outcome === 'SENT' || (channel === 'sms' && row?.reason === 'OUTCOME_UNKNOWN');
              expect({ about, row: known ? 'ended' : row }).toEqual({ about, row: 'ended' });
            }
          }
        }
      }
    },
    120_000,
  );
});

const change = (userId: string, more: Partial<Person>) =>
  userStore(tables(), tableName('users'))
    .change(userId, (person) => ({ ...person, ...more }))
    .then(() => undefined);

const suppress = (address: string) =>
  suppressionStore(tables(), tableName('suppressions')).suppress({
    channel: 'email',
    address,
    reason: 'BOUNCE',
    source: 'ses',
    since: new Date().toISOString(),
  });
