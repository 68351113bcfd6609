import { chunks } from '../shared/chunks.ts';
import { DAY } from '../shared/time.ts';
import { type Asking, acknowledge, withdrawAsking } from './acknowledgement/asking.ts';
import { type AskingDeps, changeAsking, followDecision, wake } from './acknowledgement/change-asking.ts';
import { occurrenceParts } from './occurrence.ts';
import type { Reminder } from './reminder.ts';
import type { ReminderStore } from './reminder-store.ts';

/** Longer than acknowledgements and quiet hours keep an occurrence waiting, however often somebody changes them. Milliseconds. */
const WAITS_AT_MOST = 14 * DAY;

export interface WithdrawDeps extends AskingDeps {
  readonly reminders: AskingDeps['reminders'] & Pick<ReminderStore, 'openOccurrences'>;
}

/**
 * Keeps back whatever the reminder's occurrences have not sent yet, and asks nobody any more to acknowledge them: besides the last one,
 * those that wait for somebody, or for the end of quiet hours.
 */
export async function withdraw({ id, lastOccurrenceId }: Reminder, deps: WithdrawDeps, now: Date): Promise<void> {
  const open = new Set(await openOccurrences(id, deps, now));
  if (lastOccurrenceId !== undefined) open.add(lastOccurrenceId);
  await forEach(open, async (occurrenceId) => {
    await deps.deliveries.withdraw(occurrenceId, now);
    await endAsking(occurrenceId, (asking) => withdrawAsking(asking, now), deps, now);
  });
}

/** Asks nobody any more to acknowledge what was said before a change; what asks for nothing goes out as it was. */
export const withdrawAsked = (reminder: Reminder, deps: WithdrawDeps, now: Date): Promise<void> =>
  endAllAsking(reminder, (asking) => withdrawAsking(asking, now), deps, now);

/** The owner has seen what goes off. */
export const acknowledgeAsked = (reminder: Reminder, deps: WithdrawDeps, now: Date): Promise<void> =>
  endAllAsking(reminder, (asking) => acknowledge(asking, reminder.ownerId, undefined, now), deps, now);

type AskingVerb = (asking: Asking) => Asking;

const endAllAsking = async ({ id }: Reminder, verb: AskingVerb, deps: WithdrawDeps, now: Date): Promise<void> =>
  forEach(await openOccurrences(id, deps, now), (occurrenceId) => endAsking(occurrenceId, verb, deps, now));

async function endAsking(occurrenceId: string, verb: AskingVerb, deps: WithdrawDeps, now: Date): Promise<void> {
  const parts = occurrenceParts(occurrenceId);
  const after = parts && (await changeAsking(parts, ({ asking }) => verb(asking), deps));
  if (!after) return;
  await followDecision(after, deps, now);
  await wake(after, deps);
}

const openOccurrences = (id: string, { reminders }: Pick<WithdrawDeps, 'reminders'>, now: Date): Promise<string[]> =>
  Array.fromAsync(reminders.openOccurrences(id, new Date(now.getTime() - WAITS_AT_MOST).toISOString()));

async function forEach(ids: Iterable<string>, step: (id: string) => Promise<void>): Promise<void> {
  for (const some of chunks([...ids], AT_ONCE)) await Promise.all(some.map(step));
}

const AT_ONCE = 25;
