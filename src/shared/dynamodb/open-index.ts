import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { shardOf } from '../shard.ts';
import { queryAll } from './items.ts';

/** Something that has an execution until it is settled: its `run`-th, started or to be started at `due` (instant, ISO 8601 UTC). */
export const OpenEntry = z.object({ id: z.string(), run: z.int(), due: z.string() });
export type OpenEntry = z.output<typeof OpenEntry>;

const shardName = (shard: number) => `open#${shard}`;

/** The attribute `shard` of what belongs into its table's sparse index `open`; shards spread the writes. */
export const openShard = (id: string): string => shardName(shardOf(id));

/** Those of one shard of a table's index `open` that were due up to `until`, earliest first. */
export async function* openEntries<S extends z.ZodType>(
  client: DynamoDBDocumentClient,
  table: string,
  schema: S,
  shard: number,
  until: Date,
): AsyncGenerator<z.output<S>> {
  const items = queryAll(client, {
    TableName: table,
    IndexName: 'open',
    KeyConditionExpression: '#shard = :shard AND due <= :until',
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: { ':shard': shardName(shard), ':until': until.toISOString() },
  });
  for await (const item of items) yield schema.parse(item);
}
