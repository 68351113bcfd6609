import { Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { NotificationNotFound } from '../notification.ts';
import { Done, InboxItemQuery, type NotificationsApi, ownInbox } from '../notifications-api.ts';

export default route<NotificationsApi>()(
  {
    method: 'POST',
    path: '/api/v1/notifications/read',
    tag: 'notifications',
    summary: "Marks one in the caller's inbox as read",
    params: nothing,
    query: InboxItemQuery,
    body: nothing,
    replies: { 200: { description: 'It is read, as it may have been before', schema: Done } },
    errors: [Forbidden, NotificationNotFound],
    successFlag: true,
  },
  async ({ query, caller, now }, deps) => {
    const userId = await ownInbox(caller, query.user_id, deps);
    if (!(await deps.inbox.read(userId, query.notification_id, now))) throw new NotificationNotFound();
    await deps.announce.changed(userId);
    return { status: 200, body: { success: true } };
  },
);
