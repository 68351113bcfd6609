import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { SendResult } from '../../src/channels/channel.ts';
import { deliverBatch, logUndelivered, type Sender } from '../../src/notifications/delivery/deliver-batch.ts';
import { type ChannelChoice, type Content, channelOf, latestRows } from '../../src/notifications/delivery/delivery.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { selectRecipients } from '../../src/notifications/delivery/select-recipients.ts';
import {
  discordSender,
  emailSender,
  inboxSender,
  pushSender,
  smsSender,
} from '../../src/notifications/delivery/senders.ts';
import { inboxStore } from '../../src/notifications/inbox/inbox-store.ts';
import { TransientFailure } from '../../src/shared/workflow/task.ts';
import { suppressionStore } from '../../src/suppressions/suppression-store.ts';
import { userStore } from '../../src/users/user-store.ts';
import { Died, immortal, type Life, mortal } from '../support/mortal.ts';
import { addPeople, nobodyListens } from '../support/people.ts';
import { membersIn, tableName, tables } from '../support/tables.ts';

const content: Content = {
  key: 'reminder',
  category: 'reminders',
  title: 'Hi',
  message: 'Hello {{ recipient.first_name }}',
  variables: {},
};

/** What the providers of one dispatch were handed, by channel and address. */
function providers() {
  const sent = new Map<string, number>();
  const send = (channel: string, step: <T>(work: () => Promise<T>) => Promise<T>) => ({
    name: 'email' as const,
    send: (address: string): Promise<SendResult> =>
      step(async () => {
        const key = `${channel} ${address}`;
        sent.set(key, (sent.get(key) ?? 0) + 1);
        return { kind: 'accepted', messageId: `${key} ${sent.get(key)}` };
      }),
  });
  return { sent, send };
}

/** One life of the functions of a dispatch, as the machine calls them: select, then each batch. */
async function live(
  dispatchId: string,
  userIds: string[],
  channels: ChannelChoice,
  all: ReturnType<typeof providers>,
  life: Life,
) {
  const client = tables(life.step);
  const deliveries = deliveryStore(client, tableName('deliveries'));
  const users = userStore(client, tableName('users'));
  const suppressions = suppressionStore(client, tableName('suppressions'));
  const { members } = membersIn(client);
  const now = () => new Date();
  const senders: Record<string, Sender> = {
    email: emailSender(all.send('email', life.step)),
    sms: smsSender(all.send('sms', life.step)),
    discord: discordSender(all.send('discord', life.step)),
    push: pushSender(all.send('push', life.step), async () => undefined),
    inbox: inboxSender(inboxStore(client, tableName('notifications')), nobodyListens),
  };
  const selected = await selectRecipients(
    { dispatchId, run: 1, content, userIds, channels },
    { deliveries, users, suppressions, now },
  );
  const batches = selected.batches.flat();
  for (const batch of batches) {
    const sender = senders[channelOf(batch)];
    if (sender)
      await deliverBatch({ dispatchId, run: 1, batch }, { deliveries, users, suppressions, members, sender, now });
  }
  return batches;
}

async function rowsOf(dispatchId: string, batch: string) {
  return deliveryStore(tables(), tableName('deliveries')).readBatch(dispatchId, batch);
}

describe('a function that dies at any step of a delivery', () => {
  it.each([
    ['email', 12, 10],
    ['inbox', 6, 0],
    ['sms', 4, 0],
    ['discord', 3, 0],
    ['push', 3, 0],
  ] as const)(
    'loses nothing on %s and repeats no more than promised',
    async (channel, recipients, mostTwice) => {
      const people = await addPeople(recipients);
      const whole = immortal();
      await live(randomUUID(), people.ids, [channel], providers(), whole);

      for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
        for (const takesEffect of [false, true]) {
          const about = `${channel}: died ${takesEffect ? 'after' : 'before'} step ${diesAt} of ${whole.steps()}`;
          const dispatchId = randomUUID();
          const all = providers();
          await expect(live(dispatchId, people.ids, [channel], all, mortal(diesAt, takesEffect))).rejects.toThrow(Died);
          const batches = await live(dispatchId, people.ids, [channel], all, immortal());
          const before = new Map(all.sent);
          await live(dispatchId, people.ids, [channel], all, immortal());
          expect({ about, sent: all.sent }).toEqual({ about, sent: before });

          const twice = [...all.sent.values()].filter((times) => times > 1);
          expect({ about, most: Math.max(1, ...all.sent.values()), twice: twice.length <= mostTwice }).toEqual({
            about,
            most: mostTwice > 0 && twice.length > 0 ? 2 : 1,
            twice: true,
          });

          const rows = (await Promise.all(batches.map((batch) => rowsOf(dispatchId, batch)))).flatMap(
            ({ rows }) => rows,
          );
          const latest = latestRows(rows);
          expect({ about, logged: [...latest.keys()].sort() }).toEqual({ about, logged: [...people.ids].sort() });
          for (const row of latest.values()) {
            const address = people.address(row.user_id, channel);
            const reached = channel === 'inbox' || (all.sent.get(`${channel} ${address}`) ?? 0) > 0;
            if (row.outcome === 'SENT' || row.outcome === 'DELIVERED')
              expect({ about, reached }).toEqual({ about, reached: true });
            else expect({ about, ...row }).toMatchObject({ about, outcome: 'FAILED', reason: 'OUTCOME_UNKNOWN' });
          }
          // Only a channel that never repeats may be left without knowing.
          const unknown = [...latest.values()].filter((row) => row.outcome === 'FAILED').length;
          expect({ about, unknown: unknown <= (channel === 'email' || channel === 'inbox' ? 0 : recipients) }).toEqual({
            about,
            unknown: true,
          });
        }
      }
      if (channel === 'inbox') await expectOneItemPerDispatch(people.ids, whole.steps());
    },
    300_000,
  );

  it('again and again sends an email twice at the most', async () => {
    const people = await addPeople(3);
    const whole = immortal();
    await live(randomUUID(), people.ids, ['email'], providers(), whole);
    for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
      const dispatchId = randomUUID();
      const all = providers();
      for (let death = 0; death < 4; death++) {
        const left = mortal(diesAt, true);
        await live(dispatchId, people.ids, ['email'], all, left).catch((error: unknown) => {
          if (!(error instanceof Died)) throw error;
        });
      }
      await live(dispatchId, people.ids, ['email'], all, immortal());
      expect(Math.max(...all.sent.values())).toBeLessThanOrEqual(2);
    }
  }, 120_000);

  async function expectOneItemPerDispatch(ids: string[], steps: number) {
    const inbox = inboxStore(tables(), tableName('notifications'));
    for (const id of ids) expect(await inbox.count(id)).toEqual({ elements: 1 + 2 * steps, unread: 1 + 2 * steps });
  }
});

describe('a provider', () => {
  async function deliverWith(results: SendResult[], sender: (send: () => Promise<SendResult>) => Sender) {
    const people = await addPeople(1);
    const deliveries = deliveryStore(tables(), tableName('deliveries'));
    const users = userStore(tables(), tableName('users'));
    const suppressions = suppressionStore(tables(), tableName('suppressions'));
    const now = () => new Date();
    const dispatchId = randomUUID();
    const channel =
      sender(async () => ({ kind: 'permanent', reason: 'PROVIDER_REJECTED' })).repeats === 'never' ? 'sms' : 'email';
    const selected = await selectRecipients(
      { dispatchId, run: 1, content, userIds: people.ids, channels: [channel] },
      { deliveries, users, suppressions, now },
    );
    const [batch = ''] = selected.batches.flat();
    let calls = 0;
    const thrown: string[] = [];
    const deps = {
      deliveries,
      users,
      suppressions,
      members: membersIn(tables()).members,
      now,
      sender: sender(async () => results[calls++] ?? { kind: 'accepted', messageId: 'm' }),
    };
    const input = { dispatchId, run: 1, batch };
    for (;;) {
      try {
        await deliverBatch(input, deps);
        break;
      } catch (error) {
        if (!(error instanceof TransientFailure)) throw error;
        thrown.push(error.name);
        if (calls >= 6) {
          await logUndelivered(input, deps);
          break;
        }
      }
    }
    const [row] = [...latestRows((await rowsOf(dispatchId, batch)).rows).values()];
    return { calls, row, thrown };
  }
  const byEmail = (send: () => Promise<SendResult>) => emailSender({ name: 'email', send });
  const bySms = (send: () => Promise<SendResult>) => smsSender({ name: 'sms', send });
  const down: SendResult = { kind: 'transient', reason: 'PROVIDER_UNAVAILABLE' };
  const lost: SendResult = { kind: 'unknown', reason: 'OUTCOME_UNKNOWN' };

  it.each([
    ['email', byEmail],
    ['sms', bySms],
  ] as const)('that fails twice and then works delivers with three attempts on %s', async (_, sender) => {
    const { calls, row } = await deliverWith([down, down], sender);
    expect(calls).toBe(3);
    expect(row).toMatchObject({ outcome: 'SENT', reason: 'ACCEPTED', attempts: 3, message_id: 'm' });
  });

  it('that asks to slow down is told apart, for the machine to wait longer', async () => {
    const slower: SendResult = { kind: 'transient', reason: 'RATE_LIMITED' };
    const { thrown, row } = await deliverWith([slower, down], byEmail);
    expect(thrown).toEqual(['RateLimited', 'TransientFailure']);
    expect(row).toMatchObject({ outcome: 'SENT', attempts: 3 });
  });

  it('that stays down is logged with its reason once the tries are used up', async () => {
    const { row } = await deliverWith([down, down, down, down, down, down], byEmail);
    expect(row).toMatchObject({ outcome: 'FAILED', reason: 'PROVIDER_UNAVAILABLE', attempts: 6 });
  });

  it('that refuses for good is asked once', async () => {
    const { calls, row } = await deliverWith([{ kind: 'permanent', reason: 'INVALID_ADDRESS' }], byEmail);
    expect({ calls, row }).toMatchObject({
      calls: 1,
      row: { outcome: 'FAILED', reason: 'INVALID_ADDRESS', attempts: 1 },
    });
  });

  it('whose answer is lost gets an email once more, and an SMS never', async () => {
    expect(await deliverWith([lost], byEmail)).toMatchObject({ calls: 2, row: { outcome: 'SENT', attempts: 2 } });
    expect(await deliverWith([lost, lost], byEmail)).toMatchObject({
      calls: 2,
      row: { outcome: 'FAILED', reason: 'OUTCOME_UNKNOWN' },
    });
    expect(await deliverWith([lost], bySms)).toMatchObject({
      calls: 1,
      row: { outcome: 'FAILED', reason: 'OUTCOME_UNKNOWN' },
    });
  });

  it('is not spoken for by an execution that another one has replaced', async () => {
    const people = await addPeople(1);
    const { members } = membersIn(tables());
    const deliveries = deliveryStore(tables(), tableName('deliveries'));
    const users = userStore(tables(), tableName('users'));
    const suppressions = suppressionStore(tables(), tableName('suppressions'));
    const now = () => new Date();
    const dispatchId = randomUUID();
    const audience = { dispatchId, content, userIds: people.ids, channels: ['email' as const] };
    const { batches } = await selectRecipients({ ...audience, run: 1 }, { deliveries, users, suppressions, now });
    await selectRecipients({ ...audience, run: 2 }, { deliveries, users, suppressions, now });
    const input = { dispatchId, run: 1, batch: batches.flat()[0] ?? '' };
    const sender = byEmail(async () => ({ kind: 'accepted', messageId: null }));
    await expect(deliverBatch(input, { deliveries, users, suppressions, members, now, sender })).rejects.toThrow(
      'another execution',
    );
    await expect(logUndelivered(input, { deliveries, now })).rejects.toThrow('another execution');
    await expect(selectRecipients({ ...audience, run: 1 }, { deliveries, users, suppressions, now })).rejects.toThrow(
      TransientFailure,
    );
    expect(
      await deliverBatch({ ...input, run: 2 }, { deliveries, users, suppressions, members, now, sender }),
    ).toMatchObject({
      sent: 1,
    });
  });
});
