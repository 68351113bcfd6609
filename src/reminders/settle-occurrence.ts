import type { Tally } from '../notifications/delivery/delivery.ts';
import { pause } from '../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../shared/errors.ts';
import { withoutToken } from './acknowledgement/asking.ts';
import { fencedOccurrence } from './claim-occurrence.ts';
import type { Delivering, LifecycleInput, Occurrence } from './occurrence.ts';
import { completeReminder } from './reminder.ts';
import { type ReminderStore, unlessGone } from './reminder-store.ts';

export interface SettleDeps {
  readonly reminders: Pick<ReminderStore, 'findOccurrence' | 'replace' | 'change'>;
  readonly now: () => Date;
}

/** What an occurrence is in the end when its deliveries all have their outcome. */
export type SettledAs = 'DELIVERED' | 'ACKNOWLEDGED' | 'UNACKNOWLEDGED';

/**
 * Ends an occurrence whose deliveries all have their outcome, and with the last one the reminder: that first, because an occurrence
 * that is not settled is found again, and a reminder that still fires is not. Doing it again changes nothing. One whose reminder was
 * deleted meanwhile is gone.
 */
export async function settleOccurrence(input: LifecycleInput, tally: Tally, deps: SettleDeps): Promise<SettledAs> {
  for (let rival = 0; rival < RIVALS; rival++) {
    const before = await deps.reminders.findOccurrence(input.reminderId, input.dueAt);
    if (!before) return 'DELIVERED';
    if (before.run === input.run && isSettledAs(before.status)) return before.status;
    const occurrence = fencedOccurrence(before, input);
    await complete(input, deps);
    const status = settledAs(occurrence);
    if (await deps.reminders.replace(occurrence, { ...ended(occurrence, deps), status, tally })) return status;
    await pause(rival);
  }
  throw new ChangedMeanwhile();
}

/** Gives an occurrence up after its last execution has failed. */
export async function failOccurrence(input: LifecycleInput, error: string, deps: SettleDeps): Promise<void> {
  for (let rival = 0; rival < RIVALS; rival++) {
    const occurrence = await deps.reminders.findOccurrence(input.reminderId, input.dueAt);
    if (occurrence?.status !== 'DELIVERING' || occurrence.run !== input.run) return;
    await complete(input, deps);
    if (await deps.reminders.replace(occurrence, { ...ended(occurrence, deps), status: 'FAILED', error })) return;
    await pause(rival);
  }
  throw new ChangedMeanwhile();
}

const RIVALS = 5;

const isSettledAs = (status: Occurrence['status']): status is SettledAs =>
  status === 'DELIVERED' || status === 'ACKNOWLEDGED' || status === 'UNACKNOWLEDGED';

function settledAs({ asking }: Delivering): SettledAs {
  if (!asking) return 'DELIVERED';
  if (!asking.end) throw new Error('Somebody is still asked to acknowledge it');
  return asking.end.kind === 'WITHDRAWN' ? 'DELIVERED' : asking.end.kind;
}

const ended = (occurrence: Delivering, { now }: SettleDeps) => ({
  ...occurrence,
  ...(occurrence.asking && { asking: withoutToken(occurrence.asking) }),
  settledAt: now().toISOString(),
});

/** A reminder that was deleted while its last occurrence was delivered has nothing to complete. */
const complete = (
  { reminderId, occurrenceId }: Pick<LifecycleInput, 'reminderId' | 'occurrenceId'>,
  { reminders, now }: SettleDeps,
): Promise<unknown> =>
  unlessGone(() => reminders.change(reminderId, (reminder) => completeReminder(reminder, occurrenceId, now())));
