import { randomUUID } from 'node:crypto';
import { commentStore } from '../src/comments/comment-store.ts';
import { sendDigest } from '../src/comments/send-digest.ts';
import { windowStore } from '../src/comments/window-store.ts';
import { writeComment } from '../src/comments/write-comment.ts';
import { eventMembers } from '../src/events/event-members.ts';
import { eventStore } from '../src/events/event-store.ts';
import { groupStore } from '../src/groups/group-store.ts';
import { notificationStore } from '../src/notifications/notification-store.ts';
import { notifier } from '../src/notifications/notifier.ts';
import { cursors } from '../src/shared/http/cursor.ts';
import { userStore } from '../src/users/user-store.ts';
import { outOfSight } from './delivery.ts';
import type { Figure } from './figure.ts';
import { meter } from './metered.ts';
import { deliverInInbox } from './notification.ts';
import type { Stack } from './stack.ts';

/**
 * Comments on an event of many members until everybody is told, and does in this process what route and executions do in their functions:
 * the same code, on the emulator's tables.
 */
export async function commentFigures(
  stack: Stack,
  eventId: string,
  authorId: string,
  budget: number,
): Promise<Figure[]> {
  const documents = stack.newDocuments();
  const metered = meter(documents, stack.documents);
  const events = eventStore(documents, stack.table('events'));
  const notifications = notificationStore(documents, stack.table('notifications'));
  const told: string[] = [];
  const deps = {
    comments: commentStore(documents, stack.table('comments')),
    windows: windowStore(documents, stack.table('comments')),
    events,
    members: eventMembers(events, groupStore(documents, stack.table('groups'))),
    users: userStore(documents, stack.table('users')),
    notifier: notifier(
      {
        create(notification, userIds) {
          told.push(notification.id);
          return notifications.create(notification, userIds);
        },
      },
      { start: async () => true },
    ),
    executions: { start: async () => true },
    cursors: cursors('bench'),
    windowLength: 30_000,
    now: outOfSight,
  };
  const event = await events.find(eventId);
  if (!event) throw new Error('there is no event');
  const say = async () => {
    const creation = { id: randomUUID(), fingerprint: randomUUID() };
    const content = { comment: 'The rehearsal is in the main hall, upstairs.' };
    await writeComment({ creation, event, authorId, content }, deps, outOfSight());
    return metered.take().write;
  };
  metered.take();

  const first = await say();
  await sendDigest(eventId, 1, deps);
  let delivered = 0;
  for (const id of told) {
    const notification = await notifications.find(id);
    if (notification) delivered += await deliverInInbox(stack, documents, notification);
  }
  const whole = first + metered.take().write;
  await say();
  return [
    { what: 'write units of a comment that opens a window', measured: first },
    { what: 'write units of any other comment', measured: await say() },
    {
      what: 'write units per delivery, one comment for 1,000 members, inbox',
      measured: whole / delivered,
      budget,
    },
  ];
}
