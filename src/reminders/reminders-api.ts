import type { DeliveryStore } from '../notifications/delivery/delivery-store.ts';
import type { Cursors } from '../shared/http/cursor.ts';
import { expectRevision } from '../shared/http/revision.ts';
import type { Seal } from '../shared/seal.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import type { TaskTokens } from '../shared/workflow/task-tokens.ts';
import { armIfSoon } from './arm.ts';
import type { MembershipSources } from './audience.ts';
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
