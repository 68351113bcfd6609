import { randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { setContactPoint } from '../../src/users/user.ts';
import { users } from '../support/accounts.ts';
import { remind, settledTrace } from '../support/lifecycle.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

/** Somebody whose preferences these are, reached by email and in the inbox and, `withPhone`, by SMS. */
async function somebody(preferences: object, withPhone = true): Promise<Person> {
  const person = await newPerson('choosy');
  const now = new Date();
  const phone = `+48${randomInt(100_000_000, 999_999_999)}`;
  if (withPhone) await users.change(person.id, (current) => setContactPoint(current, 'sms', phone, now, now));
  await prefer(person, preferences);
  return person;
}

const prefer = async (person: Person, body: object) =>
  expectStatus(200, await person.ask('PUT', '/api/v1/users/me/preferences', { body }));

/** What the log says of a reminder to oneself, by channel. */
async function logOf(person: Person, channels: unknown, more: object = {}): Promise<Record<string, string>> {
  const trace = await settledTrace(person, (await remind(person, 3, { channels, ...more })).id);
  return outcomes(trace.deliveries);
}

const outcomes = (rows: readonly { channel: string; outcome: string; reason: string }[]) =>
  Object.fromEntries(rows.map(({ channel, outcome, reason }) => [channel, `${outcome} ${reason}`]));

const OFF = 'SUPPRESSED CHANNEL_NOT_PREFERRED';
const SENT = 'SENT ACCEPTED';
const IN_INBOX = 'DELIVERED ADDED_TO_INBOX';
const ALL = ['email', 'sms', 'inbox'];

describe('a switch that is off', () => {
  it.each([
    ['everything', { enabled: false }, { email: OFF, sms: OFF, inbox: OFF }],
    ['a channel', { channels: { email: false } }, { email: OFF, sms: SENT, inbox: IN_INBOX }],
    ['a category', { categories: { reminders: { enabled: false } } }, { email: OFF, sms: OFF, inbox: OFF }],
    ['another category', { categories: { posts: { enabled: false } } }, { email: SENT, sms: SENT, inbox: IN_INBOX }],
    [
      'a channel of a category',
      { categories: { reminders: { channels: { sms: false } }, posts: { channels: { email: false } } } },
      { email: SENT, sms: OFF, inbox: IN_INBOX },
    ],
  ])('keeps back %s, and the log says why', async (_, preferences, expected) => {
    expect(await logOf(await somebody(preferences), ALL)).toEqual(expected);
  });

  it('keeps back a channel that is preferred otherwise', async () => {
    const person = await somebody({ preferred_channels: ['email', 'inbox'], channels: { email: false } });
    expect(await logOf(person, 'preferred')).toEqual({ email: OFF, inbox: IN_INBOX });
  });
});

describe('alternatives', () => {
  const preferred_channels = ['inbox', ['email', 'sms']];

  it.each(['preferred', ALL])(
    'use the first that reaches the person, where a reminder goes to %j',
    async (channels) => {
      expect(await logOf(await somebody({ preferred_channels }), channels)).toEqual({
        inbox: IN_INBOX,
        email: SENT,
        sms: OFF,
      });
    },
  );

  it('use the next one where the first is switched off', async () => {
    const person = await somebody({ preferred_channels, channels: { email: false } });
    expect(await logOf(person, 'preferred')).toEqual({ inbox: IN_INBOX, email: OFF, sms: SENT });
  });

  it('do nothing for somebody whom only one of them reaches', async () => {
    const person = await somebody({ preferred_channels: ['inbox', ['sms', 'email']] }, false);
    expect(await logOf(person, 'preferred')).toMatchObject({ inbox: IN_INBOX, email: SENT });
  });
});

/** Rules are read at the moment of sending. */
describe('rules that are changed after a reminder was set', () => {
  it('hold from the change on, both ways', async () => {
    const [on, off] = [await somebody({}), await somebody({ channels: { inbox: false } })];
    const [toOn, toOff] = await Promise.all([on, off].map((person) => remind(person, 6)));
    await prefer(on, { channels: { inbox: false } });
    await prefer(off, {});
    expect(outcomes((await settledTrace(on, toOn?.id ?? '')).deliveries)).toEqual({ inbox: OFF });
    expect(outcomes((await settledTrace(off, toOff?.id ?? '')).deliveries)).toEqual({ inbox: IN_INBOX });
  });
});
