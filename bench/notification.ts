import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { eventMembers } from '../src/events/event-members.ts';
import { eventStore } from '../src/events/event-store.ts';
import { groupStore } from '../src/groups/group-store.ts';
import { createNotification } from '../src/notifications/create-notification.ts';
import { deliverBatch } from '../src/notifications/delivery/deliver-batch.ts';
import { deliveryStore } from '../src/notifications/delivery/delivery-store.ts';
import { membersOf } from '../src/notifications/delivery/members.ts';
import { selectRecipients } from '../src/notifications/delivery/select-recipients.ts';
import { inboxSender } from '../src/notifications/delivery/senders.ts';
import { announcer } from '../src/notifications/inbox/announcer.ts';
import { inboxStore } from '../src/notifications/inbox/inbox-store.ts';
import type { Notification } from '../src/notifications/notification.ts';
import { notificationStore } from '../src/notifications/notification-store.ts';
import { realtime } from '../src/realtime/realtime.ts';
import { suppressionStore } from '../src/suppressions/suppression-store.ts';
import { userStore } from '../src/users/user-store.ts';
import { outOfSight } from './delivery.ts';
import { meter } from './metered.ts';
import type { Stack } from './stack.ts';

export interface NotificationCost {
  readonly delivered: number;
  readonly write: number;
  readonly read: number;
}

/**
 * Notifies users in the inbox and does in this process what route and execution do in their functions: the same code, on the
 * emulator's tables.
 */
export async function notifyOnce(stack: Stack, userIds: readonly string[]): Promise<NotificationCost> {
  const documents = stack.newDocuments();
  const metered = meter(documents, stack.documents);
  const notifications = notificationStore(documents, stack.table('notifications'));
  const users = userStore(documents, stack.table('users'));
  const data = { from: 'Ada', text: 'The rehearsal is in the main hall, upstairs.' };
  const input = { user_ids: [...userIds], key: 'new_message', target_id: randomUUID(), data };
  const creation = { id: randomUUID(), fingerprint: randomUUID() };
  const notification = await createNotification(input, creation, 'bench', { notifications, users }, outOfSight());
  const delivered = await deliverInInbox(stack, documents, notification);
  const { read, write } = metered.take();
  return { delivered, read, write };
}

/** Delivers a notification through these documents, as its execution would, in the inbox; answers to how many. */
export async function deliverInInbox(
  stack: Stack,
  documents: DynamoDBDocumentClient,
  notification: Notification,
): Promise<number> {
  const notifications = notificationStore(documents, stack.table('notifications'));
  const deliveries = deliveryStore(documents, stack.table('deliveries'));
  const users = userStore(documents, stack.table('users'));
  const suppressions = suppressionStore(documents, stack.table('suppressions'));
  const groups = groupStore(documents, stack.table('groups'));
  const members = membersOf(eventMembers(eventStore(documents, stack.table('events')), groups), groups);
  const inbox = inboxStore(documents, stack.table('notifications'));
  // Nobody is connected, so the address is not used.
  const socket = { CONNECTIONS_TABLE: stack.table('connections'), SOCKET_URL: 'ws://127.0.0.1' };
  const sender = inboxSender(inbox, announcer(inbox, realtime(documents, socket).push));
  const now = outOfSight;

  const { id, content, audience: scope } = notification;
  const { batches } = await selectRecipients(
    {
      dispatchId: id,
      run: 1,
      content,
      scope,
      userIds: await notifications.recipientsOf(notification),
      channels: ['inbox'],
    },
    { deliveries, users, suppressions, now },
  );
  const tally = { sent: 0, suppressed: 0, failed: 0 };
  for (const batch of batches.flat()) {
    const { sent } = await deliverBatch(
      { dispatchId: id, run: 1, batch },
      { deliveries, users, suppressions, members, sender, now },
    );
    tally.sent += sent;
  }
  await notifications.settle(id, tally, now());
  return tally.sent;
}
