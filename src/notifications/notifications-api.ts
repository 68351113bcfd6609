import * as z from 'zod';
import { Forbidden } from '../shared/errors.ts';
import type { Caller } from '../shared/http/caller.ts';
import type { Cursors } from '../shared/http/cursor.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { namedUsers } from '../users/named-users.ts';
import type { UserStore } from '../users/user-store.ts';
import type { DeliveryStore } from './delivery/delivery-store.ts';
import type { InboxStore } from './inbox/inbox-store.ts';
import { NotificationNotFound } from './notification.ts';
import type { NotificationStore } from './notification-store.ts';

/** Whoever shows people their inbox while it changes. */
export interface InboxFollower {
  /** Called after something in a person's inbox was read, archived or put back. Never throws. */
  changed(userId: string): Promise<void>;
}

/** What the routes of notifications work with. */
export interface NotificationsApi {
  readonly inbox: InboxStore;
  readonly notifications: NotificationStore;
  readonly deliveries: Pick<DeliveryStore, 'find' | 'readBatch'>;
  readonly users: Pick<UserStore, 'find' | 'findIdsByExternal'>;
  readonly executions: Pick<Executions, 'start'>;
  readonly cursors: Cursors;
  readonly announce: InboxFollower;
}

/** A user's id, ours or that of another system. */
export const UserName = z.string().min(1).max(100);

/** Names one item of a person's inbox. */
export const InboxItemQuery = z.object({ user_id: UserName, notification_id: z.string().min(1).max(100) });

/** The answer of a route that has nothing to tell. */
export const Done = z.object({ success: z.literal(true) });

/** The caller's own inbox, by whichever of their ids it was asked for. Throws Forbidden for anybody else's. */
export async function ownInbox(
  caller: Caller,
  name: string,
  { users }: Pick<NotificationsApi, 'users'>,
): Promise<string> {
  const id = name === caller.userId ? name : (await namedUsers([name], users)).get(name);
  if (id !== caller.userId) throw new Forbidden();
  return caller.userId;
}

/** Changes one item of the caller's own inbox and tells who is connected. Throws Forbidden, and NotificationNotFound when `change` is false. */
export async function changeItem(
  caller: Caller,
  { user_id, notification_id }: z.output<typeof InboxItemQuery>,
  deps: Pick<NotificationsApi, 'users' | 'announce'>,
  change: (userId: string, itemId: string) => Promise<boolean>,
): Promise<{ status: 200; body: z.output<typeof Done> }> {
  const userId = await ownInbox(caller, user_id, deps);
  if (!(await change(userId, notification_id))) throw new NotificationNotFound();
  await deps.announce.changed(userId);
  return { status: 200, body: { success: true } };
}
