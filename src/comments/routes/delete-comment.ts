import { EventNotFound } from '../../events/event.ts';
import { readEvent } from '../../events/event-detail.ts';
import { Forbidden } from '../../shared/errors.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { CommentNotFound } from '../comment.ts';
import { type CommentsApi, commentPath } from '../comments-api.ts';

export const deleteCommentRoute = route<CommentsApi>()(
  {
    method: 'DELETE',
    path: '/api/v1/events/{id}/comments/{commentId}',
    tag: 'comments',
    summary:
      'Remove a comment that you wrote, or one on an event that you may change; who was not told of it yet will not be',
    params: commentPath,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'It is gone', schema: empty } },
    errors: [EventNotFound, CommentNotFound, Forbidden],
  },
  async ({ params, caller, now }, { comments, members }) => {
    const event = await readEvent(params.id, caller.userId, { members });
    const comment = await comments.find(event.id, params.commentId);
    if (!comment) throw new CommentNotFound();
    if (comment.author_id !== caller.userId && !(await members.mayChange(event, caller.userId)))
      throw new Forbidden('Its author removes a comment, and whoever may change the event');
    if (!(await comments.remove(comment, now))) throw new CommentNotFound();
    return { status: 204, body: undefined };
  },
);
