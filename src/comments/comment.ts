import * as z from 'zod';
import { problem } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import { hashOf } from '../shared/shard.ts';

export class CommentNotFound extends problem('comment-not-found', 404, 'No such comment') {}

/** What somebody says about an event: plain text. */
export const CommentContent = z.strictObject({ comment: z.string().trim().min(1).max(2000) });
export type CommentContent = z.infer<typeof CommentContent>;

export const Comment = z.object({
  ...CommentContent.shape,
  id: z.string(),
  event_id: z.string(),
  author_id: z.string(),
  /** The members whom it mentions; they were told of it at once. */
  mentions: z.array(z.string()),
  created_at: z.iso.datetime(),
  /** Of the request that created it. */
  request_id: z.string(),
  fingerprint: z.string(),
});
export type Comment = z.infer<typeof Comment>;

/** A comment that has no place yet. */
export type Draft = Omit<Comment, 'id'>;

/** Where a comment stands among those of its event: the window in which it was written, and the how manieth it is there. Both from 1. */
export interface Place {
  readonly window: number;
  readonly seq: number;
}

const hex = (n: number) => n.toString(16).padStart(8, '0');

/** The place as text that sorts as the comments were written. */
export const placeKey = ({ window, seq }: Place) => `${hex(window)}${hex(seq)}`;

/** 24 hexadecimal digits: the place, and eight of the event's id, so that comments of two events are not called alike. */
export const commentId = (eventId: string, place: Place) => `${placeKey(place)}${hex(hashOf(eventId))}`;

/** Where the comment of this id would stand; undefined for what is no id of a comment of this event. */
export function placeOf(eventId: string, id: string): Place | undefined {
  if (!/^[0-9a-f]{24}$/.test(id)) return undefined;
  const place = { window: Number.parseInt(id.slice(0, 8), 16), seq: Number.parseInt(id.slice(8, 16), 16) };
  return id === commentId(eventId, place) ? place : undefined;
}

/** What an author says about an event, with the members whom it mentions. */
export function draftComment(
  { id: request_id, fingerprint }: Creation,
  eventId: string,
  authorId: string,
  { comment }: CommentContent,
  mentions: readonly string[],
  now: Date,
): Draft {
  const created_at = now.toISOString();
  return {
    comment,
    event_id: eventId,
    author_id: authorId,
    mentions: [...mentions],
    created_at,
    request_id,
    fingerprint,
  };
}

export const CommentView = Comment.pick({
  id: true,
  event_id: true,
  author_id: true,
  comment: true,
  mentions: true,
  created_at: true,
});
