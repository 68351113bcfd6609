import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { getMany, Key, pause, queryKeys, transact, type Write } from '../shared/dynamodb/items.ts';
import { OpenEntry, openEntries, openShard } from '../shared/dynamodb/open-index.ts';
import { type TokenRows, tokenRows } from '../shared/dynamodb/token-rows.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import type { Page, PageRequest } from '../shared/http/cursor.ts';
import { DAY } from '../shared/time.ts';
import { isInKitchen, isOpen, KitchenFull, Order, OrderNotFound, OrderStatus } from './order.ts';

/**
 * Table `pizza-orders`
 *
 * | pk         | sk      | holds |
 * | ---------- | ------- | --- |
 * | order#<id> | order   | the order |
 * | order#<id> | token   | the token of the Task that waits for its receipt, and the run that it is of; leaves by TTL (`expires_at`) |
 * | kitchen    | kitchen | `in_use`: how many orders are in the kitchen |
 *
 * `in_use` changes only in the transaction in which an order enters or leaves PREPARING, BAKING and EVALUATING, so it is at every moment the
 * number of the orders that are in these.
 *
 * Index `by-user`: `user_id`, sorted by `status_at` (`<status>#<creation>#<id>`), and index `by-status`: `status`, sorted by `listed_at`
 * (`<creation>#<id>`). Index `open`, sparse: `shard` (`open#<n>`), sorted by `due`, of those without an end, and of those
 * whose end was not told yet.
 */
export interface OrderStore extends TokenRows {
  /**
   * Stores an order, which takes a place in the kitchen by that; answers the first one for a repeated request. Without a `capacity` there
   * is always room. Throws KitchenFull, IdempotencyKeyReused, ChangedMeanwhile after too many rivals.
   */
  place(order: Order, capacity: number | undefined): Promise<Order>;
  /** What the same request has placed before. Throws IdempotencyKeyReused. */
  repeated(creation: Creation): Promise<Order | undefined>;
  find(id: string): Promise<Order | undefined>;
  /**
   * Applies a verb to the order as it is at that moment, again when somebody else was faster, and answers it as it is after that; a verb
   * that answers the same changes nothing. What leaves the kitchen gives its place back in the same transaction. Throws OrderNotFound,
   * ChangedMeanwhile after too many rivals, and what the verb throws.
   */
  change(id: string, verb: (order: Order) => Order): Promise<Order>;
  /** How many orders are in the kitchen. */
  inKitchen(): Promise<number>;
  /** Those in some statuses, of one user or of all, the newest first. */
  list(which: Which, page: PageRequest): Promise<Page<Order>>;
  idsOfUser(userId: string): AsyncIterable<string>;
  /** Those of one shard that an execution has to do with since `until` or earlier, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenOrder>;
}

interface Which {
  readonly statuses: readonly OrderStatus[];
  /** Undefined for everybody's. */
  readonly userId: string | undefined;
}

const OpenOrder = OpenEntry.extend({ status: OrderStatus, created_at: z.string() });
export type OpenOrder = z.output<typeof OpenOrder>;

/** How often a change is made anew because somebody else was faster: the kitchen's place is everybody's. */
const TRIES = 16;

/** Longer than any order waits; milliseconds. */
const TOKEN_KEPT_FOR = DAY;

const orderKey = (id: string): Key => ({ pk: `order#${id}`, sk: 'order' });
const tokenKey = (id: string): Key => ({ pk: `order#${id}`, sk: 'token' });
const idOf = ({ pk }: Key) => pk.slice('order#'.length);
const KITCHEN: Key = { pk: 'kitchen', sk: 'kitchen' };
const Kitchen = z.object({ in_use: z.number() });
const Listed = Key.unwrap().extend({ listed_at: z.string() });
/** Sorts after every place in a list. */
const NEWEST = '~';

/** Its place in every list that is sorted by time. */
const listedAt = ({ created_at, id }: Pick<Order, 'created_at' | 'id'>) => `${created_at}#${id}`;

const rowOf = (order: Order) => ({
  ...orderKey(order.id),
  ...order,
  status_at: `${order.status}#${listedAt(order)}`,
  listed_at: listedAt(order),
  ...(isOpen(order) ? { shard: openShard(order.id) } : {}),
});

export function orderStore(client: DynamoDBDocumentClient, TableName: string): OrderStore {
  async function get(Key: Key): Promise<unknown> {
    return (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  }

  const find: OrderStore['find'] = async (id) => {
    const item = await get(orderKey(id));
    return item === undefined ? undefined : Order.parse(item);
  };

  const repeated: OrderStore['repeated'] = async ({ id, fingerprint }) => {
    const existing = await find(id);
    if (existing && existing.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
    return existing;
  };

  async function inKitchen(): Promise<number> {
    const item = await get(KITCHEN);
    return item === undefined ? 0 : Kitchen.parse(item).in_use;
  }

  const entering = (capacity: number | undefined): Write => ({
    Update: {
      TableName,
      Key: KITCHEN,
      UpdateExpression: 'ADD in_use :one',
      ...(capacity === undefined
        ? { ExpressionAttributeValues: { ':one': 1 } }
        : {
            ConditionExpression: 'attribute_not_exists(in_use) OR in_use < :capacity',
            ExpressionAttributeValues: { ':one': 1, ':capacity': capacity },
          }),
    },
  });

  const leaving: Write = {
    Update: {
      TableName,
      Key: KITCHEN,
      UpdateExpression: 'ADD in_use :less',
      ExpressionAttributeValues: { ':less': -1 },
    },
  };

  const replacing = (before: Order, after: Order): Write => ({
    Put: {
      TableName,
      Item: rowOf(after),
      ConditionExpression: 'revision = :revision',
      ExpressionAttributeValues: { ':revision': before.revision },
    },
  });

  /** The first of those in a status, the newest first, from a place in the list on. */
  async function listed(status: OrderStatus, userId: string | undefined, from: string, Limit: number) {
    const query =
      userId === undefined
        ? {
            IndexName: 'by-status',
            KeyConditionExpression: '#status = :status AND listed_at <= :from',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':status': status, ':from': from },
          }
        : {
            IndexName: 'by-user',
            KeyConditionExpression: 'user_id = :user AND status_at BETWEEN :last AND :from',
            ExpressionAttributeValues: { ':user': userId, ':last': `${status}#`, ':from': `${status}#${from}` },
          };
    const { Items = [] } = await client.send(new QueryCommand({ TableName, ...query, ScanIndexForward: false, Limit }));
    return Items.map((item) => Listed.parse(item));
  }

  return {
    find,
    repeated,
    inKitchen,

    async place(order, capacity) {
      const put: Write = {
        Put: { TableName, Item: rowOf(order), ConditionExpression: 'attribute_not_exists(pk)' },
      };
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (await transact(client, [put, entering(capacity)])) return order;
        const existing = await repeated(order);
        if (existing) return existing;
        if (capacity !== undefined && (await inKitchen()) >= capacity) throw new KitchenFull();
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    async change(id, verb) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const before = await find(id);
        if (!before) throw new OrderNotFound();
        const after = verb(before);
        if (after === before) return after;
        const leaves = isInKitchen(before) && !isInKitchen(after);
        if (await transact(client, [replacing(before, after), ...(leaves ? [leaving] : [])])) return after;
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    async list({ statuses, userId }, { limit, after }) {
      const from = after === undefined ? NEWEST : String(after.from);
      const lists = await Promise.all(statuses.map((status) => listed(status, userId, from, limit + 1)));
      // One that comes to its next stage may be in both lists for a moment.
      const found = new Map(lists.flat().map((each) => [each.pk, each]));
      const newest = [...found.values()].sort((a, b) => (a.listed_at < b.listed_at ? 1 : -1));
      const keys = newest.slice(0, limit);
      const rows = await getMany(client, TableName, keys, { consistent: true });
      const byId = new Map(rows.map((row) => Order.parse(row)).map((order) => [order.id, order]));
      const next = newest[limit];
      return {
        items: keys.flatMap((key) => byId.get(idOf(key)) ?? []).filter(({ status }) => statuses.includes(status)),
        next: next && { from: next.listed_at },
      };
    },

    async *idsOfUser(userId) {
      const keys = queryKeys(client, {
        TableName,
        IndexName: 'by-user',
        KeyConditionExpression: 'user_id = :user',
        ExpressionAttributeValues: { ':user': userId },
      });
      for await (const key of keys) yield idOf(key);
    },

    ...tokenRows(client, TableName, { keyOf: tokenKey, ttl: 'expires_at', keptFor: TOKEN_KEPT_FOR }),

    open: (shard, until) => openEntries(client, TableName, OpenOrder, shard, until),
  };
}
