import * as z from 'zod';
import { EventNotFound } from '../../events/event.ts';
import { readEvent } from '../../events/event-detail.ts';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { CommentView } from '../comment.ts';
import { type CommentsApi, commentsPath } from '../comments-api.ts';

export const listCommentsRoute = route<CommentsApi>()(
  {
    method: 'GET',
    path: '/api/v1/events/{id}/comments',
    tag: 'comments',
    summary: 'List the comments on an event that you are on, the newest first',
    params: commentsPath,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of comments, which may be short; `cursor` is absent on the last one',
        schema: z.object({ items: z.array(CommentView), cursor: z.string().optional() }),
      },
    },
    errors: [EventNotFound],
  },
  async ({ params, query: { limit, cursor }, caller }, { comments, members, cursors }) => {
    const event = await readEvent(params.id, caller.userId, { members });
    const scope = `events/${event.id}/comments`;
    const after = cursors.open(scope, cursor);
    const { items, next } = await comments.list(event.id, { limit, after });
    return { status: 200, body: { items, cursor: cursors.seal(scope, next) } };
  },
);
