import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import type { Key } from '../../shared/dynamodb/items.ts';
import { openShard } from '../../shared/dynamodb/open-index.ts';
import { DAY } from '../../shared/time.ts';
import { type Errand, isOpen } from './errand.ts';

/** How often a change is made anew because somebody else was faster. */
export const TRIES = 16;
/** Milliseconds. */
const DONE_FOR = 3 * DAY;

/** As the TTL has it. */
export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
export const after = (now: Date, length: number): number => seconds(new Date(now.getTime() + length));

export const userKey = (id: string): Key => ({ pk: `user#${id}`, sk: 'connection' });
export const errandKey = (id: string): Key => ({ pk: `errand#${id}`, sk: 'errand' });

export const errandRow = (errand: Errand, now: Date) => ({
  ...errandKey(errand.id),
  ...errand,
  ...(isOpen(errand) ? { shard: openShard(errand.id) } : { expires_at: after(now, DONE_FOR) }),
});

/** The condition that a row is as it was seen. */
export const unchanged = ({ id, revision }: { readonly id: string; readonly revision: number }) => ({
  ConditionExpression: 'id = :id AND revision = :revision',
  ExpressionAttributeValues: { ':id': id, ':revision': revision },
});

/** Reads rows of a table, consistently. */
export const reader =
  (client: DynamoDBDocumentClient, TableName: string) =>
  async <S extends z.ZodType>(schema: S, Key: Key): Promise<z.output<S> | undefined> => {
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item === undefined ? undefined : schema.parse(Item);
  };
