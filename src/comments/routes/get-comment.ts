import { EventNotFound } from '../../events/event.ts';
import { readEvent } from '../../events/event-detail.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { CommentNotFound, CommentView } from '../comment.ts';
import { type CommentsApi, commentPath } from '../comments-api.ts';

export const getCommentRoute = route<CommentsApi>()(
  {
    method: 'GET',
    path: '/api/v1/events/{id}/comments/{commentId}',
    tag: 'comments',
    summary: 'Read a comment on an event that you are on',
    params: commentPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The comment', schema: CommentView } },
    errors: [EventNotFound, CommentNotFound],
  },
  async ({ params, caller }, { comments, members }) => {
    const event = await readEvent(params.id, caller.userId, { members });
    const comment = await comments.find(event.id, params.commentId);
    if (!comment) throw new CommentNotFound();
    return { status: 200, body: comment };
  },
);
