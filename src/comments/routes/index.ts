import type { Route } from '../../shared/http/route.ts';
import type { CommentsApi } from '../comments-api.ts';
import { createCommentRoute } from './create-comment.ts';
import { deleteCommentRoute } from './delete-comment.ts';
import { getCommentRoute } from './get-comment.ts';
import { listCommentsRoute } from './list-comments.ts';

export const routes: readonly Route<CommentsApi>[] = [
  createCommentRoute,
  listCommentsRoute,
  getCommentRoute,
  deleteCommentRoute,
];
