import * as z from 'zod';
import { Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import type { InboxStore } from '../inbox-store.ts';

const Item = z.object({
  id: z.string(),
  timestamp: z.number().int().describe('Unix seconds'),
  is_new: z.boolean(),
  user_id: z.string(),
  key: z.string(),
  target_id: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
});

const Query = z.object({
  user_id: z.string().max(100),
  skip: z.coerce.number().int().min(0).max(10_000).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** The form of this answer is that of an existing service, whose clients rely on it. */
export default route<{ inbox: Pick<InboxStore, 'list' | 'count'> }>()(
  {
    method: 'GET',
    path: '/api/v1/notifications/list',
    tag: 'notifications',
    summary: "What is in the caller's inbox, newest first",
    params: nothing,
    query: Query,
    body: nothing,
    replies: {
      200: {
        description: 'All there are, how many of them are new, and a page',
        schema: z.object({
          success: z.literal(true),
          data: z.object({ elements: z.number().int(), new: z.number().int(), request: Query, list: z.array(Item) }),
        }),
      },
    },
    errors: [Forbidden],
  },
  async ({ query, caller }, { inbox }) => {
    if (query.user_id !== caller.userId) throw new Forbidden();
    const [items, { elements, unread }] = await Promise.all([
      inbox.list(caller.userId, { archived: false }, query.skip, query.limit),
      inbox.count(caller.userId),
    ]);
    const list = items.map((item) => ({ ...item, timestamp: Math.floor(Date.parse(item.created_at) / 1000) }));
    return { status: 200, body: { success: true, data: { elements, new: unread, request: query, list } } };
  },
);
