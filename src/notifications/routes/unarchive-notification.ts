import { Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { NotificationNotFound } from '../notification.ts';
import { Done, InboxItemQuery, type NotificationsApi, ownInbox } from '../notifications-api.ts';

export default route<NotificationsApi>()(
  {
    method: 'POST',
    path: '/api/v1/notifications/unarchive',
    tag: 'notifications',
    summary: "Puts one back into the caller's inbox",
    params: nothing,
    query: InboxItemQuery,
    body: nothing,
    replies: { 200: { description: 'It is in the inbox', schema: Done } },
    errors: [Forbidden, NotificationNotFound],
    successFlag: true,
  },
  async ({ query, caller }, deps) => {
    const userId = await ownInbox(caller, query.user_id, deps);
    if (!(await deps.inbox.restore(userId, query.notification_id))) throw new NotificationNotFound();
    await deps.announce.changed(userId);
    return { status: 200, body: { success: true } };
  },
);
