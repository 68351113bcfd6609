import * as z from 'zod';
import { Forbidden, InvalidRequest } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import type { InboxFilter } from '../inbox/inbox-store.ts';
import { type NotificationsApi, ownInbox, UserName } from '../notifications-api.ts';
import { InboxItemView, viewItem } from '../view.ts';

const Request = z.object({
  user_id: UserName,
  skip: z.coerce.number().int().min(0).max(10_000).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const Query = Request.extend({
  key: z.string().max(100).optional(),
  is_new: Flag.optional(),
  archived: Flag.prefault('false'),
  cursor: z
    .string()
    .max(2000)
    .optional()
    .describe('In place of skip: empty for the first page, then the cursor of the page before'),
});

const Listed = z.object({
  elements: z.number().int().describe('All that there are, whatever the filter; what is archived does not count'),
  new: z.number().int(),
  request: Request,
  list: z.array(InboxItemView),
  cursor: z.string().optional().describe('Only where the query has one, and there are more'),
});

/** The form of this answer is that of an existing service, whose clients rely on it. */
export default route<NotificationsApi>()(
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
        description: 'How many there are, how many of them are new, and a page',
        schema: z.object({ success: z.literal(true), data: Listed }),
      },
    },
    errors: [Forbidden],
    clientsLookAt: 'success',
  },
  async ({ query, caller }, deps) => {
    const { cursor, key, is_new, archived, ...request } = query;
    const userId = await ownInbox(caller, request.user_id, deps);
    const filter = { archived, key, is_new };
    const [page, { elements, unread }] = await Promise.all([
      pageOf(userId, filter, request, cursor, deps),
      deps.inbox.count(userId),
    ]);
    const list = page.items.map((item) => viewItem(item, request.user_id));
    return {
      status: 200,
      body: { success: true, data: { elements, new: unread, request, list, cursor: page.cursor } },
    };
  },
);

async function pageOf(
  userId: string,
  filter: InboxFilter,
  { skip, limit }: z.output<typeof Request>,
  cursor: string | undefined,
  { inbox, cursors }: NotificationsApi,
) {
  if (cursor === undefined) return { items: await inbox.list(userId, filter, skip, limit), cursor: undefined };
  if (skip > 0) throw new InvalidRequest([{ field: 'skip', reason: 'does not go with a cursor' }]);
  const scope = `inbox ${userId} ${JSON.stringify(filter)}`;
  const after = cursors.open(scope, cursor === '' ? undefined : cursor)?.after;
  const { items, next } = await inbox.page(userId, filter, after?.toString(), limit);
  return { items, cursor: cursors.seal(scope, next === undefined ? undefined : { after: next }) };
}
