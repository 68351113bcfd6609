import * as z from 'zod';
import type { Cursors } from '../shared/http/cursor.ts';
import type { CommentStore } from './comment-store.ts';
import type { WriteDeps } from './write-comment.ts';

/** What the routes of comments work with. */
export interface CommentsApi extends WriteDeps {
  readonly comments: Pick<CommentStore, 'write' | 'find' | 'list' | 'remove'>;
  readonly cursors: Cursors;
}

export const commentsPath = z.object({ id: z.string().min(1).max(64) });
export const commentPath = commentsPath.extend({ commentId: z.string().min(1).max(64) });
