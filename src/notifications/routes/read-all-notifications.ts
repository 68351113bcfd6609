import * as z from 'zod';
import { Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { type NotificationsApi, ownInbox, UserName } from '../notifications-api.ts';

export default route<NotificationsApi>()(
  {
    method: 'POST',
    path: '/api/v1/notifications/read-all',
    tag: 'notifications',
    summary: "Marks everything in the caller's inbox as read that is there now, or up to one of them",
    params: nothing,
    query: z.object({
      user_id: UserName,
      up_to: z
        .string()
        .max(100)
        .regex(/^([0-9a-f]{24}|[0-9T:.-]{23}Z#.+)$/, 'must be the id of a notification')
        .optional()
        .describe('The newest that the person has seen'),
    }),
    body: nothing,
    replies: {
      200: {
        description: 'How many it has marked; with `more`, ask again',
        schema: z.object({
          success: z.literal(true),
          data: z.object({ marked: z.number().int(), more: z.boolean() }),
        }),
      },
    },
    errors: [Forbidden],
    clientsLookAt: 'success',
  },
  async ({ query, caller, now }, deps) => {
    const userId = await ownInbox(caller, query.user_id, deps);
    const data = await deps.inbox.readAll(userId, query.up_to, now);
    await deps.announce.changed(userId);
    return { status: 200, body: { success: true, data } };
  },
);
