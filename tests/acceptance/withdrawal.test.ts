import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { selectRecipients } from '../../src/notifications/delivery/select-recipients.ts';
import { claimedOccurrence, claimOccurrence } from '../../src/reminders/claim-occurrence.ts';
import { occurrenceId } from '../../src/reminders/occurrence.ts';
import { settleOccurrence } from '../../src/reminders/settle-occurrence.ts';
import { suppressionStore } from '../../src/suppressions/suppression-store.ts';
import { userStore } from '../../src/users/user-store.ts';
import { read, remind, reminders } from '../support/lifecycle.ts';
import { tableName, tables } from '../support/tables.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

/** Far ahead, so that the stack's own sweep keeps away from them. */
const [FIRST, SECOND] = ['2090-03-01T22:00:00.000Z', '2090-03-01T23:00:00.000Z'];

const STARTS_AT = { at: '2090-03-10T20:00:00', timeZone: 'UTC' };

const deliveries = deliveryStore(tables(), tableName('deliveries'));
const users = userStore(tables(), tableName('users'));
const suppressions = suppressionStore(tables(), tableName('suppressions'));

let owner: Person;
beforeAll(async () => {
  owner = await newPerson('withdraws');
});

/** Claims and selects an occurrence as its execution does, and leaves it there, as when it waits for the end of quiet hours. */
async function claimed(reminderId: string, dueAt: string) {
  const now = () => new Date(dueAt);
  const input = { reminderId, dueAt, occurrenceId: occurrenceId(reminderId, dueAt), revision: 1, run: 1 };
  const claim = { ...input, execution: input.occurrenceId, armedAt: dueAt };
  expect(await claimOccurrence(claim, { reminders, findEventTime: async () => STARTS_AT, now })).toBe('CLAIMED');
  const { content } = await claimedOccurrence(input, reminders);
  const said = { key: 'reminder', category: 'reminders' as const, title: content.title, variables: {} };
  await selectRecipients(
    { dispatchId: input.occurrenceId, run: 1, content: said, userIds: [owner.id], channels: ['email'] },
    { deliveries, users, suppressions, now },
  );
  return input;
}

/** A reminder of which two occurrences wait. */
async function waitingTwice(rrule: string, more: object = {}) {
  const schedule = { at: FIRST.slice(0, 19), timeZone: 'UTC', rrule };
  const { id } = await remind(owner, 0, { schedule, ...more });
  return { id, inputs: [await claimed(id, FIRST), await claimed(id, SECOND)] as const };
}

const withdrawn = async (ids: readonly string[]) =>
  (await Promise.all(ids.map((id) => deliveries.find(id)))).map((found) => found?.withdrawn_at !== undefined);

describe('a reminder of which two occurrences wait for the end of quiet hours', () => {
  it.each([
    ['cancelled', 'POST', '/cancel'],
    ['paused', 'POST', '/pause'],
    ['deleted', 'DELETE', ''],
  ])('sends neither of them once it is %s', async (_, method, verb) => {
    const { id, inputs } = await waitingTwice('FREQ=HOURLY');
    const ids = inputs.map((input) => input.occurrenceId);
    expect(await withdrawn(ids)).toEqual([false, false]);
    expect((await owner.ask(method, `/api/v1/reminders/${id}${verb}`)).status).toBeLessThan(300);
    expect(await withdrawn(ids)).toEqual([true, true]);
  });

  it('sends neither of them once its event is deleted', async () => {
    const answer = await owner.ask('POST', '/api/v1/events', { body: { title: 'Dinner', starts_at: STARTS_AT } });
    const { id: eventId } = z.object({ id: z.string() }).parse(expectStatus(201, answer).body);
    const { inputs } = await waitingTwice('FREQ=HOURLY', { audience: { kind: 'event', eventId } });
    expectStatus(204, await owner.ask('DELETE', `/api/v1/events/${eventId}`));
    expect(await withdrawn(inputs.map((input) => input.occurrenceId))).toEqual([true, true]);
  });

  it('is over when the last of them is delivered, and no sooner', async () => {
    const { id, inputs } = await waitingTwice('FREQ=HOURLY;COUNT=2');
    const [first, last] = inputs;
    const settle = (input: typeof first) =>
      settleOccurrence(input, { sent: 1, suppressed: 0, failed: 0 }, { reminders, now: () => new Date() });
    await settle(first);
    expect(await read(owner, id)).toMatchObject({ status: 'FIRING' });
    await settle(last);
    expect(await read(owner, id)).toMatchObject({ status: 'COMPLETED' });
  });
});
