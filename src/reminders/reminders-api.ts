import type { DeliveryStore } from '../notifications/delivery/delivery-store.ts';
import { chunks } from '../shared/chunks.ts';
import { errorName } from '../shared/errors.ts';
import type { Cursors, Position } from '../shared/http/cursor.ts';
import { expectRevision } from '../shared/http/revision.ts';
import { logger } from '../shared/logger.ts';
import type { Seal } from '../shared/seal.ts';
import { DAY } from '../shared/time.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import type { TaskTokens } from '../shared/workflow/task-tokens.ts';
import { withdrawAsking } from './acknowledgement/asking.ts';
import { changeAsking, followDecision, wake } from './acknowledgement/change-asking.ts';
import { ARM_AHEAD, arm } from './arm.ts';
import type { MembershipSources } from './audience.ts';
import { dispatchIds, type Occurrence, occurrenceParts } from './occurrence.ts';
import { type Reminder, ReminderNotFound } from './reminder.ts';
import type { ReminderStore } from './reminder-store.ts';
import type { CheckDeps } from './set-reminder.ts';

/** What the routes of reminders work with. */
export interface RemindersApi extends CheckDeps, MembershipSources {
  readonly events: CheckDeps['events'] & MembershipSources['events'];
  readonly groups: CheckDeps['groups'] & MembershipSources['groups'];
  readonly reminders: ReminderStore;
  readonly deliveries: Pick<DeliveryStore, 'find' | 'readBatch' | 'withdraw' | 'remove' | 'includes'>;
  readonly executions: Executions;
  readonly tokens: TaskTokens;
  readonly seal: Pick<Seal, 'openText'>;
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

/** Longer than acknowledgements and quiet hours keep an occurrence waiting, however often somebody changes them. Milliseconds. */
const WAITS_AT_MOST = 14 * DAY;

type WithdrawDeps = Pick<RemindersApi, 'reminders' | 'deliveries' | 'tokens'>;

/**
 * Keeps back whatever the reminder's occurrences have not sent yet, and asks nobody any more to acknowledge them: besides the last one,
 * those that wait for somebody, or for the end of quiet hours.
 */
export async function withdraw({ id, lastOccurrenceId }: Reminder, deps: WithdrawDeps, now: Date): Promise<void> {
  const open = new Set(await openOccurrences(id, deps, now));
  if (lastOccurrenceId !== undefined) open.add(lastOccurrenceId);
  await forEach(open, async (occurrenceId) => {
    await deps.deliveries.withdraw(occurrenceId, now);
    await stopAsking(occurrenceId, deps, now);
  });
}

/** Asks nobody any more to acknowledge what was said before a change; what asks for nothing goes out as it was. */
export const withdrawAsked = async ({ id }: Reminder, deps: WithdrawDeps, now: Date): Promise<void> =>
  forEach(await openOccurrences(id, deps, now), (occurrenceId) => stopAsking(occurrenceId, deps, now));

async function stopAsking(occurrenceId: string, deps: WithdrawDeps, now: Date): Promise<void> {
  const parts = occurrenceParts(occurrenceId);
  const after = parts && (await changeAsking(parts, ({ asking }) => withdrawAsking(asking, now), deps));
  if (!after) return;
  await followDecision(after, deps, now);
  await wake(after, deps);
}

const openOccurrences = (id: string, { reminders }: Pick<RemindersApi, 'reminders'>, now: Date): Promise<string[]> =>
  Array.fromAsync(reminders.openOccurrences(id, new Date(now.getTime() - WAITS_AT_MOST).toISOString()));

async function forEach(ids: Iterable<string>, step: (id: string) => Promise<void>): Promise<void> {
  for (const some of chunks([...ids], AT_ONCE)) await Promise.all(some.map(step));
}

const AT_ONCE = 25;

/** Occurrences with a log that nothing is added to any more. */
const LOGGED: readonly Occurrence['status'][] = ['DELIVERED', 'ACKNOWLEDGED', 'UNACKNOWLEDGED', 'FAILED'];

/**
 * Removes a reminder, its occurrences and what was said and logged for them. One that is being delivered is withdrawn instead: its log
 * leaves by age.
 */
export async function removeReminder(
  id: string,
  { reminders, deliveries, tokens }: WithdrawDeps,
  now: Date,
): Promise<void> {
  const reminder = await reminders.find(id);
  if (!reminder) return;
  await withdraw(reminder, { reminders, deliveries, tokens }, now);
  let after: Position | undefined;
  do {
    const page = await reminders.listOccurrences(id, { limit: 100, after });
    for (const occurrence of page.items) {
      if (!LOGGED.includes(occurrence.status)) continue;
      for (const dispatchId of dispatchIds(occurrence)) await deliveries.remove(dispatchId);
    }
    after = page.next;
  } while (after);
  await reminders.delete(id);
}
