import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchGetCommand,
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks } from '../chunks.ts';
import { Overloaded } from '../errors.ts';

export const Key = z.object({ pk: z.string(), sk: z.string() }).readonly();
export type Key = z.output<typeof Key>;

type Item = Record<string, unknown>;

/** Limits of BatchGetItem and BatchWriteItem (DynamoDB API reference). */
const GET_AT_ONCE = 100;
const WRITE_AT_ONCE = 25;
const TRIES = 8;

export function isConditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** What a conditional write answers; undefined when its condition did not hold, and nothing was written. */
export async function unlessConditionFails<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}

/** A transaction is at the item this moment. */
const isConflict = (error: unknown) => error instanceof Error && error.name === 'TransactionConflictException';

/** Somebody else was faster, or is at it this moment in a transaction: worth reading again. */
export const isLostRace = (error: unknown): boolean => isConditionFailed(error) || isConflict(error);

/** Nothing of a transaction was written: a condition did not hold, another one was at it, or it was throttled. */
export const isCancelledTransaction = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TransactionCanceledException';

/** One item's part in a transaction. */
export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Writes all of it or nothing: false when it was nothing. */
export async function transact(client: DynamoDBDocumentClient, TransactItems: Write[]): Promise<boolean> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems }));
    return true;
  } catch (error) {
    if (isCancelledTransaction(error)) return false;
    throw error;
  }
}

/** A write of one item that a transaction is in the way of is done again a moment later; any other error is thrown. */
export async function pastTransactions<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    await pause(attempt);
  }
  throw new Overloaded();
}

/** Grows with each try and spreads over its whole range, so that throttled writers do not come back together. */
export const pause = (attempt: number) => sleep(Math.random() * Math.min(1000, 25 * 2 ** attempt));

/**
 * Reads any number of items by key, in no order; `consistent` as they are this moment. Throws Overloaded when the table does not serve
 * all of them in a bounded number of tries.
 */
export async function getMany(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
  { consistent = false } = {},
): Promise<Item[]> {
  const pages = await Promise.all(chunks(keys, GET_AT_ONCE).map((page) => getPage(client, table, page, consistent)));
  return pages.flat();
}

async function getPage(
  client: DynamoDBDocumentClient,
  table: string,
  keys: Key[],
  ConsistentRead: boolean,
): Promise<Item[]> {
  const found: Item[] = [];
  let left: Item[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: left, ConsistentRead } } }),
    );
    found.push(...(Responses?.[table] ?? []));
    left = UnprocessedKeys?.[table]?.Keys ?? [];
    if (left.length === 0) return found;
    await pause(attempt);
  }
  throw new Overloaded();
}

/** Puts (or, with `remove`, deletes) any number of items without conditions. Throws Overloaded when some stay unwritten. */
export async function writeMany(
  client: DynamoDBDocumentClient,
  table: string,
  changes: { put?: readonly Item[]; remove?: readonly Key[] },
): Promise<void> {
  const requests = [
    ...(changes.put ?? []).map((Item) => ({ PutRequest: { Item } })),
    ...(changes.remove ?? []).map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
  ];
  const pages = chunks(requests, WRITE_AT_ONCE);
  for (const together of chunks(pages, 8)) {
    await Promise.all(together.map((page) => writePage(client, table, page)));
  }
}

type WriteRequest = { PutRequest: { Item: Item } } | { DeleteRequest: { Key: Item } };

async function writePage(client: DynamoDBDocumentClient, table: string, page: WriteRequest[]): Promise<void> {
  let left: NonNullable<Awaited<ReturnType<typeof sendPage>>> = page;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    left = await sendPage(client, table, left);
    if (left.length === 0) return;
    await pause(attempt);
  }
  throw new Overloaded();
}

async function sendPage(
  client: DynamoDBDocumentClient,
  table: string,
  page: NonNullable<ConstructorParameters<typeof BatchWriteCommand>[0]['RequestItems']>[string],
) {
  const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [table]: page } }));
  return UnprocessedItems?.[table] ?? [];
}

/** Every item of a query, page after page. */
export async function* queryAll(client: DynamoDBDocumentClient, input: QueryCommandInput): AsyncGenerator<Item> {
  let start: Item | undefined;
  do {
    const { Items, LastEvaluatedKey } = await client.send(new QueryCommand({ ...input, ExclusiveStartKey: start }));
    yield* Items ?? [];
    start = LastEvaluatedKey;
  } while (start);
}

/** The keys of every item that a query finds. */
export async function* queryKeys(client: DynamoDBDocumentClient, input: QueryCommandInput): AsyncGenerator<Key> {
  for await (const item of queryAll(client, { ...input, ProjectionExpression: 'pk, sk' })) yield Key.parse(item);
}
