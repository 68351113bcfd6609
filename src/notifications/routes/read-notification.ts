import { Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { NotificationNotFound } from '../notification.ts';
import { changeItem, Done, InboxItemQuery, type NotificationsApi } from '../notifications-api.ts';

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
    clientsLookAt: 'success',
  },
  ({ query, caller, now }, deps) =>
    changeItem(caller, query, deps, (userId, itemId) => deps.inbox.read(userId, itemId, now)),
);
