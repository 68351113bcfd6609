import { describe, expect, it } from '@jest/globals';
import { deliverBatch } from '../../src/notifications/delivery/deliver-batch.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { selectRecipients } from '../../src/notifications/delivery/select-recipients.ts';
import { inboxSender } from '../../src/notifications/delivery/senders.ts';
import { inboxStore } from '../../src/notifications/inbox/inbox-store.ts';
import { audienceOf } from '../../src/reminders/audience.ts';
import { claimedOccurrence, claimOccurrence } from '../../src/reminders/claim-occurrence.ts';
import { executionName, type LifecycleInput, occurrenceId } from '../../src/reminders/occurrence.ts';
import type { Reminder } from '../../src/reminders/reminder.ts';
import { reminderStore } from '../../src/reminders/reminder-store.ts';
import { settleOccurrence } from '../../src/reminders/settle-occurrence.ts';
import { suppressionStore } from '../../src/suppressions/suppression-store.ts';
import { userStore } from '../../src/users/user-store.ts';
import { reminders, storedReminder } from '../support/lifecycle.ts';
import { Died, immortal, type Life, mortal } from '../support/mortal.ts';
import { addPeople, nobodyListens } from '../support/people.ts';
import { membersIn, tableName, tables } from '../support/tables.ts';

/** Far ahead, so that the stack's own sweep keeps away from it. */
const DUE = '2090-03-01T09:00:00.000Z';
const NEXT = '2090-03-02T09:00:00.000Z';
const now = () => new Date(DUE);

const inbox = inboxStore(tables(), tableName('notifications'));

/** A reminder that is due every day, or once. */
const dueReminder = (ownerId: string, rrule?: string) =>
  storedReminder(
    ownerId,
    DUE,
    rrule === undefined ? {} : { schedule: { at: DUE.slice(0, 19), timeZone: 'UTC', rrule } },
  );

const inputOf = (reminder: Reminder, run: number): LifecycleInput => ({
  reminderId: reminder.id,
  dueAt: DUE,
  revision: reminder.revision,
  occurrenceId: occurrenceId(reminder.id, DUE),
  run,
});

/** What one execution does, as the lifecycle machine puts its steps together. */
async function execute(input: LifecycleInput, life: Life) {
  const client = tables(life.step);
  const store = reminderStore(client, tableName('reminders'));
  const { members, ...sources } = membersIn(client);
  const deliveries = deliveryStore(client, tableName('deliveries'));
  const users = userStore(client, tableName('users'));
  const suppressions = suppressionStore(client, tableName('suppressions'));
  const claim = { ...input, execution: executionName(input), armedAt: DUE };
  const status = await claimOccurrence(claim, { reminders: store, findEventTime: async () => undefined, now });
  if (status !== 'CLAIMED') return status;
  const occurrence = await claimedOccurrence(input, store);
  const { content, userIds, scope } = await audienceOf(occurrence, sources);
  const dispatchId = input.occurrenceId;
  const audience = { dispatchId, run: input.run, content, userIds, scope, channels: occurrence.content.channels };
  const { batches } = await selectRecipients(audience, { deliveries, users, suppressions, now });
  const sender = inboxSender(inboxStore(client, tableName('notifications')), nobodyListens);
  let tally = { sent: 0, suppressed: 0, failed: 0 };
  for (const batch of batches.flat()) {
    tally = await deliverBatch(
      { dispatchId, run: input.run, batch },
      { deliveries, users, suppressions, members, sender, now },
    );
  }
  await settleOccurrence(input, tally, { reminders: store, now });
  return status;
}

describe.each([
  ['a daily reminder', 'FREQ=DAILY', { status: 'SCHEDULED', dueAt: NEXT }],
  ['a reminder for once', undefined, { status: 'COMPLETED' }],
] as const)('%s whose execution dies at any step', (_, rrule, after) => {
  it.each([
    ['tried again by the same execution', 1],
    ['taken over by another one', 2],
  ] as const)(
    'and is %s goes off once and moves on once',
    async (_, run) => {
      const { ids } = await addPeople(1);
      const [owner = ''] = ids;
      const whole = immortal();
      await execute(inputOf(await dueReminder(owner, rrule), 1), whole);
      let fired = 1;
      for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
        for (const takesEffect of [false, true]) {
          const about = `died ${takesEffect ? 'after' : 'before'} step ${diesAt} of ${whole.steps()}`;
          const reminder = await dueReminder(owner, rrule);
          await expect(execute(inputOf(reminder, 1), mortal(diesAt, takesEffect))).rejects.toThrow(Died);
          await execute(inputOf(reminder, run), immortal());
          await execute(inputOf(reminder, 1), immortal());
          fired++;
          const occurrence = await reminders.findOccurrence(reminder.id, DUE);
          expect({ about, ...occurrence }).toMatchObject({ about, status: 'DELIVERED', tally: { sent: 1 } });
          expect({ about, ...(await reminders.find(reminder.id)) }).toMatchObject({ about, revision: 1, ...after });
          expect({ about, ...(await inbox.count(owner)) }).toMatchObject({ about, elements: fired });
        }
      }
    },
    180_000,
  );
});

describe('a claim', () => {
  it('is won by one of ten executions that make it at the same moment', async () => {
    const { ids } = await addPeople(1);
    const reminder = await dueReminder(ids[0] ?? '', 'FREQ=DAILY');
    const input = inputOf(reminder, 1);
    const statuses = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        claimOccurrence(
          { ...input, execution: `execution-${n}`, armedAt: DUE },
          { reminders, findEventTime: async () => undefined, now },
        ),
      ),
    );
    expect(statuses.filter((status) => status === 'CLAIMED')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'SUPERSEDED')).toHaveLength(9);
    expect(await reminders.find(reminder.id)).toMatchObject({ dueAt: NEXT });
  });
});
