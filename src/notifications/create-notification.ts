import * as z from 'zod';
import { InvalidRequest } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import { namedUsers } from '../users/named-users.ts';
import type { Content } from './delivery/delivery.ts';
import { MOST_RECIPIENTS, type Notification } from './notification.ts';
import { type NotificationsApi, UserName } from './notifications-api.ts';
import { Data, dataErrors } from './templates/data.ts';
import type { NotificationKey } from './templates/key.ts';
import { notificationKey, notificationKeyNames } from './templates/keys.ts';

const isKey = (name: string) => notificationKeyNames().includes(name);

/** One user or many; what an existing service's clients leave out may also be null. */
export const NotificationInput = z
  .strictObject({
    user_id: UserName.optional().describe('One user; or else user_ids'),
    user_ids: z.array(UserName).min(1).max(MOST_RECIPIENTS).optional().describe('Each of them once'),
    target_id: z.string().max(200).nullish().describe('What it is about, as the sender calls it'),
    key: z.string().refine(isKey, { error: () => `is not a key; there are ${notificationKeyNames().join(', ')}` }),
    data: Data.nullish(),
  })
  .refine(({ user_id, user_ids }) => (user_id === undefined) !== (user_ids === undefined), {
    path: ['user_id'],
    error: 'has to be there, or user_ids in its place',
  });
type NotificationInput = z.output<typeof NotificationInput>;

/**
 * Stores a notification for everybody it names, open until it is delivered. For a repeated request it is the one of the first. Throws
 * InvalidRequest for data that the key does not allow and for a single user who does not exist, and IdempotencyKeyReused. Of many
 * users those who do not exist are told in the log.
 */
export async function createNotification(
  input: NotificationInput,
  creation: Creation,
  senderId: string,
  { notifications, users }: Pick<NotificationsApi, 'notifications' | 'users'>,
  now: Date,
): Promise<Notification> {
  const repeated = await notifications.repeated(creation);
  if (repeated) return repeated;
  const key = notificationKey(input.key);
  if (!key) throw new Error('an unknown key came through the schema');
  const data = input.data ?? {};
  const errors = dataErrors(data, key);
  if (errors.length > 0) throw new InvalidRequest(errors);
  if (input.user_id !== undefined) await expectUser(input.user_id, users);

  const userIds = [...new Set(input.user_ids ?? [input.user_id ?? []].flat())];
  const notification = {
    ...creation,
    sender_id: senderId,
    recipients: userIds.length,
    channels: [...key.channels],
    content: contentOf(key, input.target_id ?? undefined, data),
    run: 1,
    created_at: now.toISOString(),
  };
  return notifications.create(notification, userIds);
}

/** What is to be said by a key. */
export function contentOf(
  key: NotificationKey,
  targetId: string | undefined,
  variables: Record<string, unknown>,
): Content {
  return {
    key: key.name,
    category: key.category,
    ...(key.critical ? { critical: true } : {}),
    ...(targetId === undefined ? {} : { target_id: targetId }),
    variables,
  };
}

async function expectUser(name: string, users: NotificationsApi['users']): Promise<void> {
  const id = (await namedUsers([name], users)).get(name);
  if (id === undefined || !(await users.find(id)))
    throw new InvalidRequest([{ field: 'user_id', reason: 'names no user' }]);
}
