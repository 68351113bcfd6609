import type { InboxStore } from './inbox/inbox-store.ts';

/**
 * Empties a person's inbox. The delivery log keeps the person's id, which names nobody once the account is gone, until its rows
 * leave by age.
 */
export const notificationForgetter = (inbox: Pick<InboxStore, 'forgetUser'>) => ({
  forgetUser: (userId: string) => inbox.forgetUser(userId),
});
