import { EventNotFound } from '../../events/event.ts';
import { readEvent } from '../../events/event-detail.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { CommentContent, CommentNotFound, CommentView } from '../comment.ts';
import { type CommentsApi, commentsPath } from '../comments-api.ts';
import { writeComment } from '../write-comment.ts';

export const createCommentRoute = route<CommentsApi>()(
  {
    method: 'POST',
    path: '/api/v1/events/{id}/comments',
    tag: 'comments',
    summary: 'Comment on an event that you are on, in plain text; who is mentioned as @name is told at once',
    params: commentsPath,
    query: nothing,
    body: CommentContent,
    replies: { 201: { description: 'The comment', schema: CommentView } },
    errors: [EventNotFound, CommentNotFound, IdempotencyKeyReused, ChangedMeanwhile],
  },
  async ({ params, body: content, caller, creation, now }, api) => {
    const event = await readEvent(params.id, caller.userId, api);
    const comment = await writeComment({ creation, event, authorId: caller.userId, content }, api, now);
    const location = `/api/v1/events/${event.id}/comments/${comment.id}`;
    return { status: 201, body: comment, headers: { location } };
  },
);
