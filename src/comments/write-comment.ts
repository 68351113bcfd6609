import type { Event } from '../events/event.ts';
import type { EventMembers } from '../events/event-members.ts';
import type { Notifier } from '../notifications/notifier.ts';
import { inChunks } from '../shared/chunks.ts';
import type { Creation } from '../shared/http/creation.ts';
import { orLeaveTo } from '../shared/leave-to.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import type { Person } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { type Comment, type CommentContent, draftComment } from './comment.ts';
import type { CommentStore } from './comment-store.ts';
import { MOST_MENTIONED, mentionedAmong, mentionsIn } from './mentions.ts';
import { mentionMessage } from './messages.ts';
import { digestExecution } from './window.ts';

export interface WriteDeps {
  readonly comments: Pick<CommentStore, 'write'>;
  readonly members: EventMembers;
  readonly users: Pick<UserStore, 'findMany'>;
  readonly notifier: Notifier;
  /** Of the digest's machine. */
  readonly executions: Pick<Executions, 'start'>;
  /** How long a window is open. Milliseconds. */
  readonly windowLength: number;
}

/** People read at once. */
const READ_AT_ONCE = 500;

/** The members of an event, but for the author, whom a text mentions; read only where it mentions somebody. */
async function mentionedIn(text: string, event: Event, authorId: string, { members, users }: WriteDeps) {
  const mentions = mentionsIn(text);
  if (mentions.length === 0) return [];
  const alike: Person[] = [];
  for await (const ids of inChunks(members.memberIds(event.id), READ_AT_ONCE)) {
    const people = [...(await users.findMany(ids.filter((id) => id !== authorId))).values()];
    const meant = new Set(mentionedAmong(mentions, people));
    alike.push(...people.filter(({ id }) => meant.has(id)));
  }
  return mentionedAmong(mentions, alike).slice(0, MOST_MENTIONED);
}

/**
 * Stores a comment and tells those whom it mentions; the others are told when the window closes in which it was written. What fails after
 * it is stored is made up for, by the sweep and by the digest, so it is a warning to the operators and not the author's. Throws
 * IdempotencyKeyReused, CommentNotFound, ChangedMeanwhile.
 */
export async function writeComment(
  {
    creation,
    event,
    authorId,
    content,
  }: { creation: Creation; event: Event; authorId: string; content: CommentContent },
  deps: WriteDeps,
  now: Date,
): Promise<Comment> {
  const mentions = await mentionedIn(content.comment, event, authorId, deps);
  const closesAt = new Date(now.getTime() + deps.windowLength);
  const draft = draftComment(creation, event.id, authorId, content, mentions, now);
  const { comment, opened } = await deps.comments.write(draft, closesAt);
  const about = { commentId: comment.id };
  for (const window of opened) {
    const { name, input } = digestExecution(window, window.run, closesAt.toISOString());
    await orLeaveTo('the sweep', about, () => deps.executions.start(name, input));
  }
  if (comment.mentions.length > 0) await orLeaveTo('the digest', about, () => tellMentioned(comment, event, deps, now));
  return comment;
}

async function tellMentioned(comment: Comment, event: Event, { users, notifier }: WriteDeps, now: Date) {
  const authors = await users.findMany([comment.author_id]);
  await notifier.notify(mentionMessage(comment, event, authors), now);
}
