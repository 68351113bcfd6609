/*
 * Table redrives:
 *
 *   pk redrive#<id>   sk redrive         the redrive
 *                     sk page#<nnnnn>    a page of what it has found: batches, so that whoever goes on with it turns to the same ones
 *
 * Index `open`, sparse: `shard` (`open#<n>`) of those that have not ended, sorted by `due`, the instant they were last started.
 * Index `by-time`: all of them under `listed` (`redrives`), sorted by `listed_at` (`<created>#<id>`).
 * Rows leave by TTL (`expires_at`), as the delivery log does.
 */
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { keptUntil } from '../notifications/delivery/delivery-store.ts';
import { type Key, transact, unlessConditionFails } from '../shared/dynamodb/items.ts';
import { OpenEntry, openEntries, openShard } from '../shared/dynamodb/open-index.ts';
import { IdempotencyKeyReused } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import { TransientFailure } from '../shared/workflow/task.ts';
import { Redrive, RedrivePage } from './redrive.ts';

export interface RedriveStore {
  /** Stores a redrive; for a repeated request answers the one of the first. Throws IdempotencyKeyReused. */
  create(redrive: Redrive): Promise<Redrive>;
  /** What the same request has created before; undefined when it is the first. Throws IdempotencyKeyReused. */
  repeated(creation: Creation): Promise<Redrive | undefined>;
  find(id: string): Promise<Redrive | undefined>;
  /** The newest first; `before` is where the page before ended. */
  list(limit: number, before: string | undefined): Promise<{ items: Redrive[]; next: string | undefined }>;
  findPage(id: string, page: number): Promise<RedrivePage>;
  /** Changes a redrive as it was read and, with it, one of its pages. Throws TransientFailure when somebody else has changed it since. */
  save(redrive: Redrive, page?: { readonly number: number; readonly page: RedrivePage }): Promise<Redrive>;
  /** Those of one shard that have not ended and were last started up to `until`, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenEntry>;
  /** Hands one to its `run`-th execution. False when it has ended, or a later one has it. */
  takeOver(entry: OpenEntry, run: number, now: Date): Promise<boolean>;
  /** Gives one up. */
  fail(entry: OpenEntry, now: Date): Promise<void>;
}

const keyOf = (id: string): Key => ({ pk: `redrive#${id}`, sk: 'redrive' });
const pageKey = (id: string, page: number): Key => ({
  pk: `redrive#${id}`,
  sk: `page#${String(page).padStart(5, '0')}`,
});
const Listed = Redrive.extend({ listed_at: z.string() });

export function redriveStore(client: DynamoDBDocumentClient, TableName: string): RedriveStore {
  async function get(Key: Key): Promise<unknown> {
    return (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  }

  const find: RedriveStore['find'] = async (id) => {
    const item = await get(keyOf(id));
    return item === undefined ? undefined : Redrive.parse(item);
  };

  const repeated: RedriveStore['repeated'] = async ({ id, fingerprint }) => {
    const existing = await find(id);
    if (existing && existing.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
    return existing;
  };

  /** The whole item; what has ended is in no index of what is open. */
  const itemOf = (redrive: Redrive) => ({
    ...keyOf(redrive.id),
    ...redrive,
    ...(redrive.status === 'RUNNING' ? { shard: openShard(redrive.id) } : {}),
    listed: 'redrives',
    listed_at: `${redrive.created_at}#${redrive.id}`,
    expires_at: keptUntil(new Date(redrive.created_at)),
  });

  /** False when it is not open, or the condition does not hold. */
  async function change(
    id: string,
    set: string,
    condition: string,
    values: Record<string, unknown>,
    names: Record<string, string> = {},
  ) {
    const update = new UpdateCommand({
      TableName,
      Key: keyOf(id),
      UpdateExpression: `SET version = version + :one, ${set}`,
      ConditionExpression: `attribute_exists(#shard)${condition}`,
      ExpressionAttributeNames: { '#shard': 'shard', ...names },
      ExpressionAttributeValues: { ':one': 1, ...values },
    });
    return (await unlessConditionFails(() => client.send(update))) !== undefined;
  }

  return {
    find,
    repeated,

    async create(redrive) {
      const put = new PutCommand({
        TableName,
        Item: itemOf(redrive),
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      if (await unlessConditionFails(() => client.send(put))) return redrive;
      return (await repeated(redrive)) ?? redrive;
    },

    async list(limit, before) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          IndexName: 'by-time',
          KeyConditionExpression: `listed = :all${before === undefined ? '' : ' AND listed_at < :before'}`,
          ExpressionAttributeValues: { ':all': 'redrives', ...(before === undefined ? {} : { ':before': before }) },
          ScanIndexForward: false,
          Limit: limit + 1,
        }),
      );
      const found = Items.map((item) => Listed.parse(item));
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? items.at(-1)?.listed_at : undefined };
    },

    findPage: async (id, page) => RedrivePage.parse(await get(pageKey(id, page))),

    async save(redrive, page) {
      const saved = { ...redrive, version: redrive.version + 1 };
      const { expires_at, ...item } = itemOf(saved);
      const put = {
        TableName,
        Item: { ...item, expires_at },
        ConditionExpression: 'version = :version',
        ExpressionAttributeValues: { ':version': redrive.version },
      };
      const pagePut = page && { TableName, Item: { ...pageKey(redrive.id, page.number), ...page.page, expires_at } };
      if (await transact(client, [{ Put: put }, ...(pagePut ? [{ Put: pagePut }] : [])])) return saved;
      throw new TransientFailure('somebody else has changed this redrive');
    },

    open: (shard, until) => openEntries(client, TableName, OpenEntry, shard, until),

    takeOver: ({ id }, run, now) =>
      change(id, 'run = :run, due = :now', ' AND run < :run', { ':run': run, ':now': now.toISOString() }),

    async fail({ id }, now) {
      const values = { ':failed': 'FAILED', ':now': now.toISOString() };
      await change(id, '#status = :failed, ended_at = :now REMOVE #shard', '', values, { '#status': 'status' });
    },
  };
}
