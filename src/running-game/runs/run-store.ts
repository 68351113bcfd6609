import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  getMany,
  isLostRace,
  Key,
  pause,
  queryAll,
  queryKeys,
  transact,
  type Write,
  writeMany,
} from '../../shared/dynamodb/items.ts';
import { OpenEntry, openEntries, openShard } from '../../shared/dynamodb/open-index.ts';
import { queryPage } from '../../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import type { Page, PageRequest } from '../../shared/http/cursor.ts';
import type { Point } from './assessment.ts';
import { pack, unpack } from './packed-points.ts';
import { BatchDiffers, isToBeCaptured, type OpenRun, Run, RunNotFound, takeBatch } from './run.ts';

/**
 * Table `game-runs`
 *
 * | pk       | sk                   | holds |
 * | -------- | -------------------- | --- |
 * | run#<id> | run                  | the run |
 * | run#<id> | batch#<seq, 6 digits> | points as they were uploaded, packed, how many, and the hash of what was packed |
 *
 * A batch is stored in the transaction in which the run counts it, so whoever replaces a run as they have read it has seen all of its
 * points.
 *
 * Index `by-user`: `user_id`, sorted by `opened_at`. Index `open`, sparse: `shard` (`open#<n>`), sorted by `due`, of those whose territory is
 * to be captured. An event's runs are found by its tickets, whose ids they have.
 */
export interface RunStore {
  /** For the transaction in which a ticket is consumed: its condition fails where the ticket has opened its run before. */
  openingWrites(run: OpenRun): Write[];
  /** As it is this moment. */
  find(id: string): Promise<Run | undefined>;
  /** Those of these ids that there are, in that order, each as it is this moment. */
  findMany(ids: readonly string[]): Promise<Run[]>;
  /**
   * Applies a verb to the run as it is at that moment, again when somebody else was faster, and answers it as it is after that; a verb
   * that answers the same changes nothing. Throws RunNotFound, ChangedMeanwhile after too many rivals, and what the verb throws.
   */
  change(id: string, verb: (run: Run) => Run | Promise<Run>): Promise<Run>;
  /**
   * Stores a batch of a user's run once, and answers the run after that; for the same batch again, whatever has become of the run. Throws
   * RunNotFound for somebody else's, BatchDiffers, what `takeBatch` throws, and what `change` throws.
   */
  addBatch(of: { readonly id: string; readonly userId: string }, batch: Batch, now: Date): Promise<Run>;
  /** All batches of a run, by their sequence. */
  batchesOf(id: string): AsyncIterable<Batch>;
  listBatches(id: string, page: PageRequest): Promise<Page<Batch>>;
  /** A user's runs, those opened last first. */
  runsOfUser(userId: string, page: PageRequest): Promise<Page<Run>>;
  /** Those of one shard whose territory is to be captured since `until` or earlier, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenEntry>;
  idsOfUser(userId: string): AsyncIterable<string>;
  /** Deletes a run that has ended, with everything that was uploaded. */
  delete(id: string): Promise<void>;
}

export interface Batch {
  readonly seq: number;
  readonly points: readonly Point[];
}

/** How often a change is made anew because somebody else was faster. */
const TRIES = 16;

const runKey = (id: string): Key => ({ pk: `run#${id}`, sk: 'run' });
const idOf = ({ pk }: Pick<Key, 'pk'>) => pk.slice('run#'.length);
const batchKey = (id: string, seq: number): Key => ({ pk: `run#${id}`, sk: `batch#${String(seq).padStart(6, '0')}` });

const BatchRow = z
  .object({ seq: z.int(), packed: z.instanceof(Uint8Array) })
  .transform(({ seq, packed }): Batch => ({ seq, points: unpack(packed) }));

const rowOf = (run: Run) => ({
  ...runKey(run.id),
  ...run,
  ...(isToBeCaptured(run) ? { shard: openShard(run.id) } : {}),
});

export function runStore(client: DynamoDBDocumentClient, TableName: string): RunStore {
  async function get(Key: Key): Promise<unknown> {
    return (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  }

  const find: RunStore['find'] = async (id) => {
    const item = await get(runKey(id));
    return item === undefined ? undefined : Run.parse(item);
  };

  const replacing = (before: Run, after: Run) => ({
    TableName,
    Item: rowOf(after),
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: { ':revision': before.revision },
  });

  /** Reads, and has somebody try to write, until they have. */
  async function untilWritten<T>(id: string, write: (run: Run) => Promise<T | undefined>): Promise<T> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const run = await find(id);
      if (!run) throw new RunNotFound();
      const written = await write(run);
      if (written !== undefined) return written;
      await pause(attempt);
    }
    throw new ChangedMeanwhile();
  }

  async function hashOfStored(key: Key): Promise<string | undefined> {
    const item = await get(key);
    return item === undefined ? undefined : z.object({ hash: z.string() }).parse(item).hash;
  }

  const batchQuery = (id: string) => ({
    TableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :batch)',
    ExpressionAttributeValues: { ':pk': runKey(id).pk, ':batch': 'batch#' },
    ConsistentRead: true,
  });

  const userQuery = (userId: string) => ({
    TableName,
    IndexName: 'by-user',
    KeyConditionExpression: 'user_id = :user',
    ExpressionAttributeValues: { ':user': userId },
  });

  const findMany: RunStore['findMany'] = async (ids) => {
    const rows = await getMany(client, TableName, ids.map(runKey), { consistent: true });
    const byId = new Map(rows.map((row) => Run.parse(row)).map((run) => [run.id, run]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  };

  return {
    find,
    findMany,

    openingWrites: (run) => [{ Put: { TableName, Item: rowOf(run), ConditionExpression: 'attribute_not_exists(pk)' } }],

    change: (id, verb) =>
      untilWritten(id, async (before) => {
        const after = await verb(before);
        if (after === before) return after;
        try {
          await client.send(new PutCommand(replacing(before, after)));
          return after;
        } catch (error) {
          if (isLostRace(error)) return undefined;
          throw error;
        }
      }),

    async addBatch({ id, userId }, { seq, points }, now) {
      const { packed, hash } = pack(points);
      const key = batchKey(id, seq);
      return untilWritten(id, async (run) => {
        if (run.user_id !== userId) throw new RunNotFound();
        const stored = await hashOfStored(key);
        if (stored !== undefined && stored !== hash) throw new BatchDiffers();
        if (stored !== undefined) return run;
        const after = takeBatch(run, points.length, now);
        const Item = { ...key, seq, hash, count: points.length, packed };
        const written = await transact(client, [
          { Put: replacing(run, after) },
          { Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } },
        ]);
        return written ? after : undefined;
      });
    },

    async *batchesOf(id) {
      for await (const item of queryAll(client, batchQuery(id))) yield BatchRow.parse(item);
    },

    listBatches: (id, page) => queryPage(client, BatchRow, batchQuery(id), page),

    async runsOfUser(userId, page) {
      const { items, next } = await queryPage(client, Key, { ...userQuery(userId), ScanIndexForward: false }, page);
      return { items: await findMany(items.map(idOf)), next };
    },

    open: (shard, until) => openEntries(client, TableName, OpenEntry, shard, until),

    async *idsOfUser(userId) {
      for await (const { pk } of queryKeys(client, userQuery(userId))) yield idOf({ pk });
    },

    async delete(id) {
      const batches: Key[] = [];
      for await (const key of queryKeys(client, batchQuery(id))) batches.push(key);
      await writeMany(client, TableName, { remove: batches });
      // Last: what is left by a crash is found by it.
      await writeMany(client, TableName, { remove: [runKey(id)] });
    },
  };
}
