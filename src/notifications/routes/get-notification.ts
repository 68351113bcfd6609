import * as z from 'zod';
import { Forbidden } from '../../shared/errors.ts';
import { expectSenderOrAdmin } from '../../shared/http/caller.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { NotificationNotFound } from '../notification.ts';
import type { NotificationsApi } from '../notifications-api.ts';
import { traceOf } from '../trace.ts';
import { NotificationView } from '../view.ts';

export default route<NotificationsApi>()(
  {
    method: 'GET',
    path: '/api/v1/notifications/{id}',
    tag: 'notifications',
    summary:
      'What became of a notification: every delivery, made or not, with the reason; for senders and administrators',
    params: z.object({ id: z.string().min(1).max(100) }),
    query: z.object({ cursor: z.string().max(2000).optional() }),
    body: nothing,
    replies: {
      200: {
        description: 'The notification; with a cursor when there are more deliveries',
        schema: z.object({ success: z.literal(true), data: NotificationView }),
      },
    },
    errors: [Forbidden, NotificationNotFound],
    clientsLookAt: 'success',
  },
  async ({ params, query, caller }, deps) => {
    expectSenderOrAdmin(caller);
    return { status: 200, body: { success: true, data: await traceOf(params.id, query.cursor, deps) } };
  },
);
