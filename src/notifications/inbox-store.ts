/*
 * Table notifications: what people find in their inbox, and the plain notifications that are not a reminder's.
 *
 *   pk user#<user id>          sk item#<instant>#<cause's id>   an inbox item; the instant is the cause's, so adding it again is the same row
 *   pk notification#<id>       sk notification                  a notification to be delivered
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailed, type Key, queryAll, queryKeys, writeMany } from '../shared/dynamodb/items.ts';
import type { Tally } from './delivery.ts';
import { Notification } from './notification.ts';

const InboxItem = z.object({
  id: z.string(),
  user_id: z.string(),
  key: z.string(),
  target_id: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
  is_new: z.boolean(),
  /** Instant, ISO 8601 UTC. */
  created_at: z.string(),
});
type InboxItem = z.output<typeof InboxItem>;

export type NewInboxItem = Omit<InboxItem, 'id' | 'is_new'> & { readonly source_id: string };

export interface InboxStore {
  /** Adds an item once, new; answers its id. Adding it again changes nothing. */
  add(item: NewInboxItem): Promise<string>;
  /** A person's items, newest first, `skip` of them left out. */
  list(userId: string, skip: number, limit: number): Promise<InboxItem[]>;
  count(userId: string): Promise<{ elements: number; unread: number }>;
  putNotification(notification: Notification): Promise<void>;
  findNotification(id: string): Promise<Notification | undefined>;
  settleNotification(id: string, tally: Tally, now: Date): Promise<void>;
  forgetUser(userId: string): Promise<void>;
}

const inboxOf = (userId: string) => `user#${userId}`;
const notificationKey = (id: string): Key => ({ pk: `notification#${id}`, sk: 'notification' });

export function inboxStore(client: DynamoDBDocumentClient, table: string): InboxStore {
  const itemsOf = (userId: string) => ({
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :item)',
    ExpressionAttributeValues: { ':pk': inboxOf(userId), ':item': 'item#' },
  });

  return {
    async add({ source_id, ...item }) {
      const id = `${item.created_at}#${source_id}`;
      const Item = { pk: inboxOf(item.user_id), sk: `item#${id}`, id, ...item, is_new: true };
      try {
        await client.send(new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
      return id;
    },

    async list(userId, skip, limit) {
      const items: InboxItem[] = [];
      for await (const item of queryAll(client, { ...itemsOf(userId), ScanIndexForward: false, Limit: skip + limit })) {
        items.push(InboxItem.parse(item));
        if (items.length === skip + limit) break;
      }
      return items.slice(skip);
    },

    async count(userId) {
      let elements = 0;
      let unread = 0;
      for await (const item of queryAll(client, { ...itemsOf(userId), ProjectionExpression: 'is_new' })) {
        elements++;
        if (item.is_new === true) unread++;
      }
      return { elements, unread };
    },

    async putNotification(notification) {
      await client.send(
        new PutCommand({ TableName: table, Item: { ...notificationKey(notification.id), ...notification } }),
      );
    },

    async findNotification(id) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: notificationKey(id), ConsistentRead: true }),
      );
      return Item && Notification.parse(Item);
    },

    async settleNotification(id, tally, now) {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: notificationKey(id),
          UpdateExpression: 'SET delivered_at = if_not_exists(delivered_at, :now), tally = :tally',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':now': now.toISOString(), ':tally': tally },
        }),
      );
    },

    async forgetUser(userId) {
      await writeMany(client, table, { remove: await Array.fromAsync(queryKeys(client, itemsOf(userId))) });
    },
  };
}
