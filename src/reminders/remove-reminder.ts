import type { DeliveryStore } from '../notifications/delivery/delivery-store.ts';
import type { Position } from '../shared/http/cursor.ts';
import { dispatchIds, type Occurrence } from './occurrence.ts';
import type { ReminderStore } from './reminder-store.ts';
import { type WithdrawDeps, withdraw } from './withdraw.ts';

export interface RemoveDeps extends WithdrawDeps {
  readonly reminders: WithdrawDeps['reminders'] & Pick<ReminderStore, 'find' | 'listOccurrences' | 'delete'>;
  readonly deliveries: Pick<DeliveryStore, 'withdraw' | 'remove'>;
}

/** Occurrences with a log that nothing is added to any more. */
const LOGGED: readonly Occurrence['status'][] = ['DELIVERED', 'ACKNOWLEDGED', 'UNACKNOWLEDGED', 'FAILED'];

/**
 * Removes a reminder, its occurrences and what was said and logged for them. One that is being delivered is withdrawn instead: its log
 * leaves by age.
 */
export async function removeReminder(
  id: string,
  { reminders, deliveries, tokens }: RemoveDeps,
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
