/*
 * Table notifications: what people find in their inbox. The plain notifications in the same table are in `notification-store.ts`.
 *
 *   pk user#<user id>   sk item#id#<id>               an item; its id is the cause's instant and a hash of the cause's id, so adding it
 *                                                     again is the same row
 *                       sk item#<instant>#<cause id>  an item of the older form, whose id is that; it sorts before all others
 *
 * How many are new is counted from the items themselves, in consistent reads, so that it can't be off.
 */
import { createHash } from 'node:crypto';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks } from '../../shared/chunks.ts';
import { Key, queryAll, queryKeys, unlessConditionFails, writeMany } from '../../shared/dynamodb/items.ts';

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
export type InboxItem = z.output<typeof InboxItem>;

export type NewInboxItem = Omit<InboxItem, 'id' | 'is_new'> & { readonly source_id: string };

/** Which items; `key` and `is_new` only where they are given. */
export interface InboxFilter {
  readonly archived: boolean;
  readonly key?: string | undefined;
  readonly is_new?: boolean | undefined;
}

interface InboxPage {
  readonly items: InboxItem[];
  /** The id of the item that the next page comes after; undefined on the last page. */
  readonly next: string | undefined;
}

/** How many there are and how many of them are new; what is archived does not count. */
export interface InboxCount {
  readonly elements: number;
  readonly unread: number;
}

export interface InboxStore {
  /** Adds an item once, new; answers its id. Adding it again changes nothing. */
  add(item: NewInboxItem): Promise<string>;
  /** A person's items, newest first, `skip` of them left out. */
  list(userId: string, filter: InboxFilter, skip: number, limit: number): Promise<InboxItem[]>;
  /** The same from an item on. A page may be short of `limit` and have a next one: where a filter finds little, it ends early. */
  page(userId: string, filter: InboxFilter, after: string | undefined, limit: number): Promise<InboxPage>;
  find(userId: string, id: string): Promise<InboxItem | undefined>;
  count(userId: string): Promise<InboxCount>;
  /** Marks an item as read. False when there is none. */
  read(userId: string, id: string, now: Date): Promise<boolean>;
  /**
   * Marks as read what is new when it is called, up to the item `upTo` where it is given, and at most `MOST_READ` items. Answers how
   * many it has marked and whether there are more.
   */
  readAll(userId: string, upTo: string | undefined, now: Date): Promise<{ marked: number; more: boolean }>;
  /** Takes an item out of the list and the counts. False when there is none. */
  archive(userId: string, id: string, now: Date): Promise<boolean>;
  /** Puts it back. False when there is none. */
  restore(userId: string, id: string): Promise<boolean>;
  forgetUser(userId: string): Promise<void>;
}

/** Items that one page looks at, at most, whatever its filter finds: some megabytes. */
const MOST_EXAMINED = 2000;
/** Items that are marked at once by one call: some seconds of one partition's writes. */
const MOST_READ = 1000;
const WRITES_AT_ONCE = 25;
/** Where a filter may leave out most of what is looked at. */
const EXAMINED_AT_ONCE = 200;

const inboxOf = (userId: string) => `user#${userId}`;
const itemKey = (userId: string, id: string): Key => ({
  pk: inboxOf(userId),
  sk: id.includes('#') ? `item#${id}` : `item#id#${id}`,
});

const idOf = ({ sk }: Key) => sk.replace(/^item#(id#)?/, '');

/** 24 hex digits that sort by time: the cause's instant in milliseconds, and what tells causes of one instant apart. */
function itemId({ created_at, source_id }: Pick<NewInboxItem, 'created_at' | 'source_id'>): string {
  const instant = Date.parse(created_at).toString(16).padStart(12, '0');
  return instant + createHash('sha256').update(source_id).digest('hex').slice(0, 12);
}

/** The filter in DynamoDB's words. */
function filterOf({ archived, key, is_new }: InboxFilter) {
  const conditions = [archived ? 'attribute_exists(archived_at)' : 'attribute_not_exists(archived_at)'];
  if (key !== undefined) conditions.push('#key = :key');
  if (is_new !== undefined) conditions.push('is_new = :is_new');
  return {
    FilterExpression: conditions.join(' AND '),
    ...(key === undefined ? {} : { ExpressionAttributeNames: { '#key': 'key' } }),
    values: { ...(key === undefined ? {} : { ':key': key }), ...(is_new === undefined ? {} : { ':is_new': is_new }) },
  };
}

const isSelective = ({ archived, key, is_new }: InboxFilter) => archived || key !== undefined || is_new !== undefined;

export function inboxStore(client: DynamoDBDocumentClient, table: string): InboxStore {
  const itemsOf = (userId: string) => ({
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :item)',
    ExpressionAttributeValues: { ':pk': inboxOf(userId), ':item': 'item#' },
    ConsistentRead: true,
  });

  const filtered = (userId: string, filter: InboxFilter) => {
    const { values, ...expression } = filterOf(filter);
    const all = itemsOf(userId);
    return { ...all, ...expression, ExpressionAttributeValues: { ...all.ExpressionAttributeValues, ...values } };
  };

  /** What the item was before; undefined when there is none. */
  async function change(userId: string, id: string, UpdateExpression: string, values?: Record<string, unknown>) {
    const update = new UpdateCommand({
      TableName: table,
      Key: itemKey(userId, id),
      UpdateExpression,
      ConditionExpression: 'attribute_exists(pk)',
      ...(values ? { ExpressionAttributeValues: values } : {}),
      ReturnValues: 'ALL_OLD',
    });
    const changed = await unlessConditionFails(() => client.send(update));
    return changed && InboxItem.parse(changed.Attributes);
  }

  /** The first `count` after an item, or fewer when `most` have been looked at. */
  async function newest(userId: string, filter: InboxFilter, after: string | undefined, count: number, most: number) {
    const items: InboxItem[] = [];
    let start = after === undefined ? undefined : itemKey(userId, after);
    for (let examined = 0; examined < most; ) {
      const wanted = count - items.length;
      const { Items, ScannedCount, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          ...filtered(userId, filter),
          ScanIndexForward: false,
          Limit: isSelective(filter) || examined > 0 ? EXAMINED_AT_ONCE : wanted,
          ExclusiveStartKey: start,
        }),
      );
      const found = (Items ?? []).map((item) => InboxItem.parse(item));
      items.push(...found.slice(0, wanted));
      if (found.length > wanted) return { items, next: items.at(-1)?.id };
      if (!LastEvaluatedKey) return { items, next: undefined };
      start = Key.parse(LastEvaluatedKey);
      if (found.length === wanted) break;
      examined += ScannedCount ?? 0;
    }
    return { items, next: start && idOf(start) };
  }

  const markRead = (userId: string, id: string, now: Date) =>
    change(userId, id, 'SET is_new = :no, read_at = if_not_exists(read_at, :now)', {
      ':no': false,
      ':now': now.toISOString(),
    });

  return {
    async add({ source_id, ...item }) {
      const id = itemId({ ...item, source_id });
      const Item = { ...itemKey(item.user_id, id), id, ...item, is_new: true };
      const put = new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      await unlessConditionFails(() => client.send(put));
      return id;
    },

    async list(userId, filter, skip, limit) {
      const { items } = await newest(userId, filter, undefined, skip + limit, Number.POSITIVE_INFINITY);
      return items.slice(skip);
    },

    page: (userId, filter, after, limit) => newest(userId, filter, after, limit, MOST_EXAMINED),

    async find(userId, id) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: itemKey(userId, id), ConsistentRead: true }),
      );
      return Item && InboxItem.parse(Item);
    },

    async count(userId) {
      let elements = 0;
      let unread = 0;
      const input = { ...filtered(userId, { archived: false }), ProjectionExpression: 'is_new' };
      for await (const item of queryAll(client, input)) {
        elements++;
        if (item.is_new === true) unread++;
      }
      return { elements, unread };
    },

    read: async (userId, id, now) => (await markRead(userId, id, now)) !== undefined,

    async readAll(userId, upTo, now) {
      const unread: string[] = [];
      let more = false;
      for await (const key of queryKeys(client, filtered(userId, { archived: false, is_new: true }))) {
        if (upTo !== undefined && key.sk > itemKey(userId, upTo).sk) break;
        more = unread.length === MOST_READ;
        if (more) break;
        unread.push(idOf(key));
      }
      let marked = 0;
      for (const some of chunks(unread, WRITES_AT_ONCE)) {
        const before = await Promise.all(some.map((id) => markRead(userId, id, now)));
        marked += before.filter((item) => item?.is_new === true).length;
      }
      return { marked, more };
    },

    archive: async (userId, id, now) =>
      (await change(userId, id, 'SET archived_at = if_not_exists(archived_at, :now)', {
        ':now': now.toISOString(),
      })) !== undefined,

    restore: async (userId, id) => (await change(userId, id, 'REMOVE archived_at')) !== undefined,

    async forgetUser(userId) {
      await writeMany(client, table, { remove: await Array.fromAsync(queryKeys(client, itemsOf(userId))) });
    },
  };
}
