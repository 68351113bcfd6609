import type { EventFollower } from '../events/event-follower.ts';
import type { CommentStore } from './comment-store.ts';

/** Comments go with their event; where it moves to is nothing to them. */
export const commentsFollower = (comments: Pick<CommentStore, 'forgetEvent'>, now: () => Date): EventFollower => ({
  eventMoved: async () => undefined,
  eventDeleted: (eventId) => comments.forgetEvent(eventId, now()),
});
