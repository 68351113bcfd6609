import type * as z from 'zod';
import { namedUsers } from '../users/named-users.ts';
import { pageAt } from './delivery/delivery-page.ts';
import { NotificationNotFound } from './notification.ts';
import type { NotificationsApi } from './notifications-api.ts';
import { type NotificationView, viewNotification } from './view.ts';

type TraceDeps = Pick<NotificationsApi, 'notifications' | 'deliveries' | 'users' | 'cursors'>;

/** What became of a notification, with its users named as its sender named them. Throws NotificationNotFound. */
export async function traceOf(
  id: string,
  cursor: string | undefined,
  { notifications, deliveries, users, cursors }: TraceDeps,
): Promise<z.input<typeof NotificationView>> {
  const [notification, dispatch] = await Promise.all([notifications.find(id), deliveries.find(id)]);
  if (!notification) throw new NotificationNotFound();
  const page = await pageAt(cursor, id, dispatch, { deliveries, cursors });

  const ids = await namedUsers(await notifications.recipientsOf(notification), users);
  const nameOf = new Map([...ids].map(([name, userId]) => [userId, name]));
  const rows = page.rows.map(({ row, ...rest }) => ({
    ...rest,
    row: { ...row, user_id: nameOf.get(row.user_id) ?? row.user_id },
  }));
  return {
    ...viewNotification(notification, dispatch?.selected_at !== undefined, rows),
    cursor: page.cursor,
  };
}
