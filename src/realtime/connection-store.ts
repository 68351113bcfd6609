/*
 * Table connections: the open WebSockets of each person, in one item, so that those of a hundred people are one read.
 *
 *   pk user#<user id>   sk connections   `connections`: a set of <ends at>#<opened at>#<id>, which writers change without reading it
 *
 * Index `by-end`, sparse: `shard` is `open`, sorted by `next_end`, at which a connection of the person may have to be closed. One
 * shard does: an account opens 500 connections a second (quotas of API Gateway), and a partition takes 1,000 writes.
 * Items leave by TTL (`expires_at`) should nobody have closed what is in them.
 */
import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { getMany, type Key, queryAll, unlessConditionFails } from '../shared/dynamodb/items.ts';
import { type Connection, nextEnd, unixSeconds } from './connection.ts';

/** Seconds; the longest that a token of Cognito lives is a day. */
const KEPT_FOR = 2 * 24 * 60 * 60;
const SHARD = 'open';

const PREFIX = 'user#';
const keyOf = (userId: string): Key => ({ pk: `${PREFIX}${userId}`, sk: 'connections' });
const userIdOf = (pk: string) => pk.slice(PREFIX.length);

const Entry = z.string().transform((text): Connection => {
  const [endsAt, openedAt, ...id] = text.split('#');
  return { id: id.join('#'), endsAt: Number(endsAt), openedAt: Number(openedAt) };
});
const Item = z.object({ pk: z.string(), connections: z.set(Entry).default(new Set()), next_end: z.number() });

const entries = (connections: readonly Connection[]) =>
  new Set(connections.map(({ endsAt, openedAt, id }) => `${endsAt}#${openedAt}#${id}`));

export interface ConnectionStore {
  /** Adds one; answers all that the person has then. */
  add(userId: string, connection: Connection, now: Date): Promise<Connection[]>;
  remove(userId: string, connections: readonly Connection[]): Promise<void>;
  /** The connections of those people who have any. */
  findMany(userIds: readonly string[]): Promise<Map<string, Connection[]>>;
  /** People of whom a connection may have ended by then. */
  ending(until: Date): AsyncIterable<string>;
  /** Notes when somebody has to look again, if `left` is what the person still has; whoever has none is forgotten. */
  lookAgain(userId: string, left: readonly Connection[]): Promise<void>;
}

export function connectionStore(client: DynamoDBDocumentClient, table: string): ConnectionStore {
  /** What a condition keeps from being written, another writer sees to. */
  const setNextEnd = async (userId: string, end: number, condition: string, values: Record<string, unknown>) => {
    await unlessConditionFails(() =>
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(userId),
          UpdateExpression: 'SET next_end = :end',
          ConditionExpression: condition,
          ExpressionAttributeValues: { ':end': end, ...values },
        }),
      ),
    );
  };

  return {
    async add(userId, connection, now) {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(userId),
          UpdateExpression:
            'ADD connections :added SET #shard = :shard, next_end = if_not_exists(next_end, :end), expires_at = :expires',
          ExpressionAttributeNames: { '#shard': 'shard' },
          ExpressionAttributeValues: {
            ':added': entries([connection]),
            ':shard': SHARD,
            ':end': connection.endsAt,
            ':expires': unixSeconds(now) + KEPT_FOR,
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      const { connections, next_end } = Item.parse(Attributes);
      // Rare: tokens are issued for equal times, so who comes later ends later.
      if (connection.endsAt < next_end) await setNextEnd(userId, connection.endsAt, 'next_end > :end', {});
      return [...connections];
    },

    async remove(userId, connections) {
      if (connections.length === 0) return;
      await unlessConditionFails(() =>
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(userId),
            UpdateExpression: 'DELETE connections :removed',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':removed': entries(connections) },
          }),
        ),
      );
    },

    async findMany(userIds) {
      const items = (await getMany(client, table, userIds.map(keyOf))).map((item) => Item.parse(item));
      return new Map(
        items.flatMap(({ pk, connections }) => (connections.size === 0 ? [] : [[userIdOf(pk), [...connections]]])),
      );
    },

    async *ending(until) {
      const due = queryAll(client, {
        TableName: table,
        IndexName: 'by-end',
        KeyConditionExpression: '#shard = :shard AND next_end <= :until',
        ExpressionAttributeNames: { '#shard': 'shard' },
        ExpressionAttributeValues: { ':shard': SHARD, ':until': unixSeconds(until) },
      });
      for await (const item of due) yield userIdOf(z.object({ pk: z.string() }).parse(item).pk);
    },

    async lookAgain(userId, left) {
      const end = nextEnd(left);
      if (end !== undefined) return setNextEnd(userId, end, 'connections = :left', { ':left': entries(left) });
      await unlessConditionFails(() =>
        client.send(
          new DeleteCommand({
            TableName: table,
            Key: keyOf(userId),
            ConditionExpression: 'attribute_not_exists(connections)',
          }),
        ),
      );
    },
  };
}
