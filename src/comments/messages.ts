import { createHash } from 'node:crypto';
import type { Event } from '../events/event.ts';
import type { Cause } from '../notifications/notifier.ts';
import type { Person } from '../users/user.ts';
import type { Comment } from './comment.ts';
import type { Digest, Window } from './window.ts';

/** Authors by id; whoever has left is not among them. */
type Authors = ReadonlyMap<string, Pick<Person, 'first_name' | 'last_name'>>;

/** Who says it when several have written. */
const DIGEST = 'comment-digest';

/** The same for the same parts, whichever function makes it. */
const named = (kind: string, ...parts: readonly string[]) =>
  `${kind}-${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 40)}`;

/** Of the profile as it is at this moment; absent where the person has no name, or has left. */
function nameOf(userId: string, authors: Authors): { author?: string } {
  const { first_name, last_name } = authors.get(userId) ?? {};
  const author = [first_name, last_name].filter(Boolean).join(' ');
  return author === '' ? {} : { author };
}

const about = (event: Event, comment: Comment, authors: Authors) => ({
  event_id: event.id,
  event_title: event.title,
  events_comments_id: comment.id,
  comment: comment.comment,
  author_id: comment.author_id,
  ...nameOf(comment.author_id, authors),
});

/** What those are told at once whom a comment mentions. */
export const mentionMessage = (comment: Comment, event: Event, authors: Authors): Cause => ({
  id: named('mention', event.id, comment.id),
  senderId: comment.author_id,
  key: 'event_mention',
  userIds: comment.mentions,
  audience: { kind: 'event', id: event.id },
  targetId: event.id,
  data: about(event, comment, authors),
});

/** A single comment goes as it is; of several the last one, with how many there are and how many others wrote them. */
export function digestMessage(digest: Digest, { id }: Window, event: Event, authors: Authors): Cause {
  const { name, userIds, comments } = digest;
  const newest = comments.at(-1);
  if (!newest) throw new Error('a digest of nothing');
  const audience = { kind: 'event', id: event.id } as const;
  const what = { id: named('comments', id, name), userIds, audience, targetId: event.id };
  const data = about(event, newest, authors);
  if (comments.length === 1) return { ...what, senderId: newest.author_id, key: 'event_comment', data };
  const others = new Set(comments.map(({ author_id }) => author_id)).size - 1;
  return { ...what, senderId: DIGEST, key: 'event_comments', data: { ...data, count: comments.length, others } };
}
