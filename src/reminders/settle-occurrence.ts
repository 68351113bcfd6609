import type { Tally } from '../notifications/delivery/delivery.ts';
import { claimedOccurrence } from './claim-occurrence.ts';
import type { LifecycleInput } from './occurrence.ts';
import { completeReminder } from './reminder.ts';
import { type ReminderStore, unlessGone } from './reminder-store.ts';

export interface SettleDeps {
  readonly reminders: Pick<ReminderStore, 'findOccurrence' | 'settle' | 'change'>;
  readonly now: () => Date;
}

/**
 * Ends an occurrence whose deliveries all have their outcome, and with the last one the reminder: that first, because an occurrence
 * that is not settled is found again, and a reminder that still fires is not. Doing it again changes nothing.
 */
export async function settleOccurrence(input: LifecycleInput, tally: Tally, deps: SettleDeps): Promise<void> {
  const before = await deps.reminders.findOccurrence(input.reminderId, input.dueAt);
  if (before?.status === 'DELIVERED' && before.run === input.run) return;
  const occurrence = await claimedOccurrence(input, deps.reminders);
  await complete(input, deps);
  await deps.reminders.settle({ ...occurrence, status: 'DELIVERED', settledAt: deps.now().toISOString(), tally });
}

/** Gives an occurrence up after its last execution has failed. */
export async function failOccurrence(input: LifecycleInput, error: string, deps: SettleDeps): Promise<void> {
  const occurrence = await deps.reminders.findOccurrence(input.reminderId, input.dueAt);
  if (occurrence?.status !== 'DELIVERING' || occurrence.run !== input.run) return;
  await complete(input, deps);
  await deps.reminders.settle({ ...occurrence, status: 'FAILED', settledAt: deps.now().toISOString(), error });
}

/** A reminder that was deleted while its last occurrence was delivered has nothing to complete. */
const complete = (
  { reminderId, occurrenceId }: Pick<LifecycleInput, 'reminderId' | 'occurrenceId'>,
  { reminders, now }: SettleDeps,
): Promise<void> =>
  unlessGone(() => reminders.change(reminderId, (reminder) => completeReminder(reminder, occurrenceId, now())));
