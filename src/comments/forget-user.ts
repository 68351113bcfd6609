import type { CommentStore } from './comment-store.ts';

/** Removes what a person has written. Notifications that quote it leave by age. */
export const commentForgetter = (comments: Pick<CommentStore, 'forgetUser'>, now: () => Date) => ({
  forgetUser: (userId: string) => comments.forgetUser(userId, now()),
});
