/*
 * Table notifications: the plain notifications, those that are not a reminder's. What is in people's inboxes is in `inbox-store.ts`.
 *
 *   pk notification#<id>   sk notification   the notification; with few recipients, they are in it
 *                          sk recipients     the recipients where they are many, so that settling does not write them again
 *
 * Index `open`, sparse: `shard` (`open#<n>`) of those that are not settled, sorted by `due`, the instant they were last started.
 * Both rows leave by TTL (`expires_at`), as the delivery log does.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Key, unlessConditionFails } from '../shared/dynamodb/items.ts';
import { OpenEntry, openEntries, openShard } from '../shared/dynamodb/open-index.ts';
import { IdempotencyKeyReused } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import type { Tally } from './delivery/delivery.ts';
import { keptUntil } from './delivery/delivery-store.ts';
import { Notification } from './notification.ts';

/** So many recipients add less than a write unit to their notification. */
const FEW = 20;

const Recipients = z.object({ fingerprint: z.string(), user_ids: z.array(z.string()).optional() });

export interface NotificationStore {
  /** Stores a notification, open; for a repeated request answers the one of the first. Throws IdempotencyKeyReused. */
  create(notification: Notification, userIds: readonly string[]): Promise<Notification>;
  /** What the same request has created before; undefined when it is the first. Throws IdempotencyKeyReused. */
  repeated(creation: Creation): Promise<Notification | undefined>;
  find(id: string): Promise<Notification | undefined>;
  /** Whom it is for, as its sender named them. */
  recipientsOf(notification: Notification): Promise<readonly string[]>;
  /** Every delivery has its outcome. Settling again changes nothing but the tally. */
  settle(id: string, tally: Tally, now: Date): Promise<void>;
  /** Those of one shard that are not settled and were last started up to `until`, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenEntry>;
  /** Hands an open notification to its `run`-th execution. False when it is settled, or a later one has it. */
  takeOver(id: string, run: number, now: Date): Promise<boolean>;
  /** Gives an open notification up. */
  fail(id: string, now: Date): Promise<void>;
}

const keyOf = (id: string): Key => ({ pk: `notification#${id}`, sk: 'notification' });
const recipientsKey = (id: string): Key => ({ pk: `notification#${id}`, sk: 'recipients' });

export function notificationStore(client: DynamoDBDocumentClient, table: string): NotificationStore {
  async function get(key: Key): Promise<unknown> {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item;
  }

  const find: NotificationStore['find'] = async (id) => {
    const item = await get(keyOf(id));
    return item === undefined ? undefined : Notification.parse(item);
  };

  /** Puts an item of a request; one that is there already has to be the same request's. False when it is. */
  async function putOnce(
    key: Key,
    item: Readonly<Record<string, unknown>> & { readonly fingerprint: string },
  ): Promise<boolean> {
    const Item = { ...key, ...item };
    const put = new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
    if (await unlessConditionFails(() => client.send(put))) return true;
    if (Recipients.parse(await get(key)).fingerprint !== item.fingerprint) throw new IdempotencyKeyReused();
    return false;
  }

  /** False when it is not open, or the condition does not hold. */
  async function change(id: string, UpdateExpression: string, condition: string, values: Record<string, unknown>) {
    const update = new UpdateCommand({
      TableName: table,
      Key: keyOf(id),
      UpdateExpression,
      ConditionExpression: `attribute_exists(#shard)${condition}`,
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: values,
    });
    return (await unlessConditionFails(() => client.send(update))) !== undefined;
  }

  return {
    find,

    async create(notification, userIds) {
      const { id, fingerprint, created_at } = notification;
      const expires_at = keptUntil(new Date(created_at));
      const few = userIds.length <= FEW;
      // The recipients first: a notification that is there can be delivered, whatever died before.
      if (!few) await putOnce(recipientsKey(id), { fingerprint, user_ids: userIds, expires_at });
      const stored = few ? { ...notification, user_ids: [...userIds] } : notification;
      const isNew = await putOnce(keyOf(id), {
        ...stored,
        shard: openShard(id),
        due: created_at,
        expires_at,
      });
      return isNew ? stored : Notification.parse(await get(keyOf(id)));
    },

    async repeated({ id, fingerprint }) {
      const existing = await find(id);
      if (existing && existing.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
      return existing;
    },

    recipientsOf: async ({ id, user_ids }) =>
      user_ids ?? Recipients.required().parse(await get(recipientsKey(id))).user_ids,

    async settle(id, tally, now) {
      await change(id, 'SET delivered_at = :now, tally = :tally REMOVE #shard, due', '', {
        ':now': now.toISOString(),
        ':tally': tally,
      });
    },

    open: (shard, until) => openEntries(client, table, OpenEntry, shard, until),

    takeOver: (id, run, now) =>
      change(id, 'SET run = :run, due = :now', ' AND run < :run', { ':run': run, ':now': now.toISOString() }),

    async fail(id, now) {
      await change(id, 'SET failed_at = :now REMOVE #shard, due', '', { ':now': now.toISOString() });
    },
  };
}
