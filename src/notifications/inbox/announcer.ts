import type { InboxFollower } from '../notifications-api.ts';
import { viewItem } from '../view.ts';
import type { InboxStore } from './inbox-store.ts';

/** Pushes to the open sockets of people; never throws. `messageFor` is asked for those who have any, and undefined is not pushed. */
type Push = (userIds: readonly string[], messageFor: (userId: string) => Promise<unknown>) => Promise<void>;

/** Tells people's open sockets what has changed in their inboxes. What does not get through is in the list. */
export interface Announcer extends InboxFollower {
  /** Items that have been added, at most one of a person. */
  added(items: readonly { readonly userId: string; readonly itemId: string }[]): Promise<void>;
}

export function announcer(inbox: Pick<InboxStore, 'find' | 'count'>, push: Push): Announcer {
  return {
    async added(items) {
      const ids = new Map(items.map(({ userId, itemId }) => [userId, itemId]));
      await push([...ids.keys()], async (userId) => {
        const [item, { unread }] = await Promise.all([inbox.find(userId, ids.get(userId) ?? ''), inbox.count(userId)]);
        return item && { type: 'notification', notification: viewItem(item, userId), unread };
      });
    },

    async changed(userId) {
      await push([userId], async () => ({ type: 'unread', unread: (await inbox.count(userId)).unread }));
    },
  };
}
