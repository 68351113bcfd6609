import { type RemindersApi, removeReminder } from './reminders-api.ts';

type ForgetterDeps = Pick<RemindersApi, 'reminders' | 'deliveries' | 'tokens'> & { readonly now: () => Date };

/** Removes everything that a person has set. Safe to repeat. */
export const reminderForgetter = (deps: ForgetterDeps) => ({
  async forgetUser(userId: string): Promise<void> {
    for await (const id of deps.reminders.idsOfOwner(userId)) await removeReminder(id, deps, deps.now());
  },
});
