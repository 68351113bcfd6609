import type { ReminderStore } from './reminder-store.ts';
import { type RemoveDeps, removeReminder } from './remove-reminder.ts';

interface ForgetterDeps extends RemoveDeps {
  readonly reminders: RemoveDeps['reminders'] & Pick<ReminderStore, 'idsOfOwner'>;
  readonly now: () => Date;
}

/** Removes everything that a person has set. Safe to repeat. */
export const reminderForgetter = (deps: ForgetterDeps) => ({
  async forgetUser(userId: string): Promise<void> {
    for await (const id of deps.reminders.idsOfOwner(userId)) await removeReminder(id, deps, deps.now());
  },
});
