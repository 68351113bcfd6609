import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Key, unlessConditionFails } from '../shared/dynamodb/items.ts';
import { type Place, placeKey } from './comment.ts';
import { Slot } from './window.ts';

/*
 * Table `comments`
 *
 * | pk               | sk                | holds |
 * | ---------------- | ----------------- | --- |
 * | event#<id>       | window#<number>   | a window, with the count of its places |
 * | event#<id>       | comment#<place>   | a comment; or that one was removed here, or that the place stays empty, both until their `expires_at` |
 * | author#<user id> | request#<id>      | which comment a request has made: for its repeat, and for when its author goes |
 * | event#<id>       | gone              | the comments on the event were removed; until its `expires_at` |
 * | author#<user id> | gone              | the same of what the person has written |
 *
 * Index `open`, sparse: `shard` (`open#<n>`) of the windows that are not told, sorted by `due`, when they close or were last started.
 */
export const WINDOW = 'window#';
export const COMMENT = 'comment#';
export const REQUEST = 'request#';

export const eventPartition = (eventId: string) => `event#${eventId}`;
export const authorPartition = (userId: string) => `author#${userId}`;

export const keys = {
  window: (eventId: string, number: number): Key => ({
    pk: eventPartition(eventId),
    sk: `${WINDOW}${placeKey({ window: number, seq: 0 }).slice(0, 8)}`,
  }),
  slot: (eventId: string, place: Place): Key => ({
    pk: eventPartition(eventId),
    sk: `${COMMENT}${placeKey(place)}`,
  }),
  request: (userId: string, requestId: string): Key => ({
    pk: authorPartition(userId),
    sk: `${REQUEST}${requestId}`,
  }),
  gone: (pk: string): Key => ({ pk, sk: 'gone' }),
};

/** Rows written at once. */
export const TOGETHER = 25;

/** Longer than anybody repeats a request or restarts an execution. Seconds. */
const TRACES_KEPT = 2 * 24 * 60 * 60;

/** Until when, in unix seconds, what tells of something that is no more is kept. */
export const expiry = (now: Date) => Math.floor(now.getTime() / 1000) + TRACES_KEPT;

/** `status` is a word of DynamoDB's own. */
export const STATUS = { '#status': 'status' };

/** What the stores of comments and of windows do alike. */
export function commentsTable(client: DynamoDBDocumentClient, table: string) {
  async function get(key: Key): Promise<Record<string, unknown> | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item;
  }

  return {
    get,

    /** False when something is there already. */
    async putNew(key: Key, item: object): Promise<boolean> {
      const Item = { ...key, ...item };
      const put = new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      return (await unlessConditionFails(() => client.send(put))) !== undefined;
    },

    async slotAt(eventId: string, place: Place): Promise<Slot | undefined> {
      const item = await get(keys.slot(eventId, place));
      return item && Slot.parse(item);
    },

    /** A query of the rows of a partition whose sort key begins with `prefix`. */
    rowsOf: (pk: string, prefix: string) => ({
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      ConsistentRead: true,
    }),
  };
}
