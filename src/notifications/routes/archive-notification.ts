import { Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { NotificationNotFound } from '../notification.ts';
import { changeItem, Done, InboxItemQuery, type NotificationsApi } from '../notifications-api.ts';

export default route<NotificationsApi>()(
  {
    method: 'POST',
    path: '/api/v1/notifications/archive',
    tag: 'notifications',
    summary: "Takes one out of the caller's inbox; it is listed with archived=true",
    params: nothing,
    query: InboxItemQuery,
    body: nothing,
    replies: { 200: { description: 'It is archived, as it may have been before', schema: Done } },
    errors: [Forbidden, NotificationNotFound],
    clientsLookAt: 'success',
  },
  ({ query, caller, now }, deps) =>
    changeItem(caller, query, deps, (userId, itemId) => deps.inbox.archive(userId, itemId, now)),
);
