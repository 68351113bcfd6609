import * as z from 'zod';
import { Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { type NotificationsApi, ownInbox, UserName } from '../notifications-api.ts';

export default route<NotificationsApi>()(
  {
    method: 'GET',
    path: '/api/v1/notifications/unread-count',
    tag: 'notifications',
    summary: "How many in the caller's inbox are new",
    params: nothing,
    query: z.object({ user_id: UserName }),
    body: nothing,
    replies: {
      200: {
        description: 'The number',
        schema: z.object({ success: z.literal(true), data: z.object({ unread_count: z.number().int() }) }),
      },
    },
    errors: [Forbidden],
    clientsLookAt: 'success',
  },
  async ({ query, caller }, deps) => {
    const { unread } = await deps.inbox.count(await ownInbox(caller, query.user_id, deps));
    return { status: 200, body: { success: true, data: { unread_count: unread } } };
  },
);
