/*
 * Index `due` of the table reminders, sparse: `shard` (`due#<n>`: scheduled reminders; `open#<n>`: occurrences that are not settled),
 * sorted by `due`, the instant due or claimed. It carries the little that arming needs. Shards spread writes over partitions.
 *
 *   pk sweep           sk cursor#<shard>         in the table itself: until when the sweep has armed what is due
 */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Key, queryAll, unlessConditionFails } from '../shared/dynamodb/items.ts';

/** A reminder in the due index: all that arming it takes. */
export const DueEntry = z.object({ id: z.string(), due: z.string(), revision: z.number().int() });
export type DueEntry = z.output<typeof DueEntry>;

/** An unsettled occurrence in the due index. */
export const OpenEntry = DueEntry.extend({
  reminderId: z.string(),
  dueAt: z.string(),
  execution: z.string(),
  run: z.number().int(),
});
export type OpenEntry = z.output<typeof OpenEntry>;

export const dueShard = (shard: number) => `due#${shard}`;
export const openShard = (shard: number) => `open#${shard}`;

export interface DueIndex {
  /** Reminders of one shard that are due up to `to`, strictly after `from`, earliest first. */
  due(shard: number, from: Date | undefined, to: Date): AsyncIterable<DueEntry>;
  open(shard: number, claimedBefore: Date): AsyncIterable<OpenEntry>;
  sweptUntil(shard: number): Promise<Date | undefined>;
  /** Moves the cursor forward; it never goes back. */
  markSwept(shard: number, until: Date): Promise<void>;
}

const cursorKey = (shard: number): Key => ({ pk: 'sweep', sk: `cursor#${shard}` });

/** Before every instant; a key may not be empty. */
const EARLIEST = '0';

export function dueIndex(client: DynamoDBDocumentClient, table: string): DueIndex {
  async function* inIndex<S extends z.ZodType>(
    shard: string,
    from: string,
    to: string,
    schema: S,
  ): AsyncGenerator<z.output<S>> {
    // DynamoDB refuses a range that ends before it begins.
    if (to < from) return;
    const input = {
      TableName: table,
      IndexName: 'due',
      KeyConditionExpression: '#shard = :shard AND due BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: { ':shard': shard, ':from': from, ':to': to },
    };
    for await (const item of queryAll(client, input)) yield schema.parse(item);
  }

  return {
    due: (shard, from, to) =>
      inIndex(
        dueShard(shard),
        from ? new Date(from.getTime() + 1).toISOString() : EARLIEST,
        to.toISOString(),
        DueEntry,
      ),
    open: (shard, claimedBefore) => inIndex(openShard(shard), EARLIEST, claimedBefore.toISOString(), OpenEntry),

    async sweptUntil(shard) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: cursorKey(shard), ConsistentRead: true }),
      );
      return Item && new Date(z.string().parse(Item.until));
    },

    async markSwept(shard, until) {
      const update = new UpdateCommand({
        TableName: table,
        Key: cursorKey(shard),
        UpdateExpression: 'SET #until = :until',
        ConditionExpression: 'attribute_not_exists(#until) OR #until < :until',
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: { ':until': until.toISOString() },
      });
      await unlessConditionFails(() => client.send(update));
    },
  };
}
