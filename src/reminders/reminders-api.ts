import type { DeliveryStore } from '../notifications/delivery/delivery-store.ts';
import { chunks } from '../shared/chunks.ts';
import { errorName } from '../shared/errors.ts';
import type { Cursors, Position } from '../shared/http/cursor.ts';
import { expectRevision } from '../shared/http/revision.ts';
import { logger } from '../shared/logger.ts';
import { DAY } from '../shared/time.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { ARM_AHEAD, arm } from './arm.ts';
import { type Reminder, ReminderNotFound } from './reminder.ts';
import type { ReminderStore } from './reminder-store.ts';
import type { CheckDeps } from './set-reminder.ts';

/** What the routes of reminders work with. */
export interface RemindersApi extends CheckDeps {
  readonly reminders: ReminderStore;
  readonly deliveries: Pick<DeliveryStore, 'find' | 'readBatch' | 'withdraw' | 'remove'>;
  readonly executions: Executions;
  readonly cursors: Cursors;
}

/** Somebody else's reminder is as good as none. */
export async function ownReminder(
  id: string,
  ownerId: string,
  { reminders }: Pick<RemindersApi, 'reminders'>,
): Promise<Reminder> {
  const reminder = await reminders.find(id);
  if (reminder?.ownerId !== ownerId) throw new ReminderNotFound();
  return reminder;
}

interface Change {
  readonly id: string;
  readonly ownerId: string;
  readonly expectedRevision: number | undefined;
}

/** Applies a verb to one's own reminder and, where it is due soon after that, arms it. */
export async function changeOwn(
  { id, ownerId, expectedRevision }: Change,
  verb: (reminder: Reminder) => Reminder | Promise<Reminder>,
  api: Pick<RemindersApi, 'reminders' | 'executions'>,
  now: Date,
): Promise<Reminder> {
  const reminder = await api.reminders.change(id, (before) => {
    if (before.ownerId !== ownerId) throw new ReminderNotFound();
    expectRevision(before, expectedRevision);
    return verb(before);
  });
  await armIfSoon(reminder, api, now);
  return reminder;
}

/**
 * Starts the execution of a reminder that is due before a sweep would have seen it. The reminder is stored by now and the sweep
 * makes sure of it anyway, so a failure here is a warning to the operators and not the caller's.
 */
export async function armIfSoon(
  reminder: Reminder,
  { executions }: Pick<RemindersApi, 'executions'>,
  now: Date,
): Promise<void> {
  if (reminder.status !== 'SCHEDULED' || Date.parse(reminder.dueAt) > now.getTime() + ARM_AHEAD) return;
  const { id: reminderId, dueAt, revision } = reminder;
  try {
    await arm({ reminderId, dueAt, revision }, executions);
  } catch (error) {
    logger.warn('left to the sweep', { reminderId, error: errorName(error) });
  }
}

/** Longer than quiet hours keep an occurrence waiting, however often somebody changes them. Milliseconds. */
const WAITS_AT_MOST = 7 * DAY;

/** Keeps back whatever the reminder's occurrences have not sent yet: besides the last one, those that wait for the end of quiet hours. */
export async function withdraw(
  { id, lastOccurrenceId }: Reminder,
  { reminders, deliveries }: Pick<RemindersApi, 'reminders' | 'deliveries'>,
  now: Date,
): Promise<void> {
  const since = new Date(now.getTime() - WAITS_AT_MOST).toISOString();
  const open = new Set(await Array.fromAsync(reminders.openOccurrences(id, since)));
  if (lastOccurrenceId !== undefined) open.add(lastOccurrenceId);
  for (const some of chunks([...open], AT_ONCE)) {
    await Promise.all(some.map((occurrenceId) => deliveries.withdraw(occurrenceId, now)));
  }
}

const AT_ONCE = 25;

/**
 * Removes a reminder, its occurrences and what was said and logged for them. One that is being delivered is withdrawn instead: its log
 * leaves by age.
 */
export async function removeReminder(
  id: string,
  { reminders, deliveries }: Pick<RemindersApi, 'reminders' | 'deliveries'>,
  now: Date,
): Promise<void> {
  const reminder = await reminders.find(id);
  if (!reminder) return;
  await withdraw(reminder, { reminders, deliveries }, now);
  let after: Position | undefined;
  do {
    const page = await reminders.listOccurrences(id, { limit: 100, after });
    for (const occurrence of page.items) {
      if (occurrence.status === 'DELIVERED' || occurrence.status === 'FAILED') await deliveries.remove(occurrence.id);
    }
    after = page.next;
  } while (after);
  await reminders.delete(id);
}
