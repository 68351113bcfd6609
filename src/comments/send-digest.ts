import type { EventMembers } from '../events/event-members.ts';
import type { EventStore } from '../events/event-store.ts';
import type { Notifier } from '../notifications/notifier.ts';
import { chunks } from '../shared/chunks.ts';
import type { UserStore } from '../users/user-store.ts';
import type { CommentStore } from './comment-store.ts';
import { digestMessage, mentionMessage } from './messages.ts';
import { digestsOf, partsFor } from './window.ts';
import type { WindowStore } from './window-store.ts';

export interface DigestDeps {
  readonly comments: Pick<CommentStore, 'forgetEvent'>;
  readonly windows: Pick<WindowStore, 'close' | 'slotsOf' | 'settle' | 'forget'>;
  readonly events: Pick<EventStore, 'find'>;
  readonly members: Pick<EventMembers, 'memberIds'>;
  readonly users: Pick<UserStore, 'findMany'>;
  readonly notifier: Notifier;
  readonly now: () => Date;
}

/** Notifications stored and started at once. */
const TOGETHER = 10;

/**
 * Closes a window and tells the event's members what was written in it. Safe to run again, and at once: the window closes once, what is in it
 * then is for good, and every notification has a name that follows from it. What a mention was to be told of at once, and was not because
 * somebody died, is told here. Answers how many notifications there are.
 */
export async function sendDigest(
  eventId: string,
  number: number,
  deps: DigestDeps,
): Promise<{ notifications: number }> {
  const { comments, windows, events, members, users, notifier, now } = deps;
  const memberIds = await Array.fromAsync(members.memberIds(eventId));
  const window = await windows.close(eventId, number, partsFor(memberIds.length), now());
  if (window?.status !== 'CLOSED') return { notifications: 0 };
  const slots = await windows.slotsOf(window, now());

  const event = await events.find(eventId);
  if (!event) {
    // Whoever wrote while the event was being deleted.
    await comments.forgetEvent(eventId, now());
    await windows.forget(window);
    return { notifications: 0 };
  }

  const written = slots.filter((slot) => slot.status === 'WRITTEN');
  const authors = await users.findMany(written.map(({ author_id }) => author_id));
  const mentions = written.filter((comment) => comment.mentions.length > 0);
  const messages = [
    ...mentions.map((comment) => mentionMessage(comment, event, authors)),
    ...digestsOf(slots, memberIds, window.parts).map((digest) => digestMessage(digest, window, event, authors)),
  ];
  for (const some of chunks(messages, TOGETHER)) {
    await Promise.all(some.map((message) => notifier.notify(message, now())));
  }
  await windows.settle(window, now());
  return { notifications: messages.length };
}
