import { Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { NotificationNotFound } from '../notification.ts';
import { changeItem, Done, InboxItemQuery, type NotificationsApi } from '../notifications-api.ts';

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
    clientsLookAt: 'success',
  },
  ({ query, caller }, deps) => changeItem(caller, query, deps, (userId, itemId) => deps.inbox.restore(userId, itemId)),
);
