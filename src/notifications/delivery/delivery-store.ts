/*
 * Table deliveries: what goes out for one cause, and the log of how each delivery ended. Append-only but for the first row.
 *
 *   pk <dispatch id>   sk dispatch                          the content and which batches are its own; of a selection that died halfway
 *                                                           others are left, which nobody reads
 *                      sk batch#<channel>#<nnnnn>#          recipients of one batch
 *                      sk batch#<channel>#<nnnnn>#<mmmm>    the m-th entry of that batch's log: up to a chunk of rows, in groups
 *                      sk batch#<channel>#skip-<nnn>#0000   rows of recipients who are not reached on that channel
 *                      sk batch#<channel>#<nnnnn>#report#<at>#<user id>
 *                                                           the provider's later word on one delivery: comes after every entry
 *                      sk batch#<channel>#<nnnnn>#~<kkkk>#  a batch, with a log of its own, of those in this one whose deliveries failed and
 *                                                           are made anew: the k-th time, for a redrive (`failure-store.ts`)
 *
 * Index `failed`, sparse: the entries and reports with rows that say FAILED, under `failed_on` (`<day>#<shard>`), sorted by `failed_at`, the
 * instant of those rows, with their reasons (`failed_for`). What succeeds adds nothing to it.
 *
 * An entry takes one write unit or two, where an item for each row would take one each (docs/decisions/0002).
 * Items leave by TTL (`expires_at`).
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ReasonCode } from '../../channels/outcome.ts';
import { isConditionFailed, type Key, queryAll, queryKeys, writeMany } from '../../shared/dynamodb/items.ts';
import { shardOf } from '../../shared/shard.ts';
import { DAY } from '../../shared/time.ts';
import { TransientFailure } from '../../shared/workflow/task.ts';
import { Dispatch, LogRow, type Selection } from './delivery.ts';
import { packRows, RowGroup, unpackRows } from './log-entry.ts';

/** How long the log is kept, and what it belongs to. Milliseconds. */
export const KEPT_FOR = 90 * DAY;

const dispatchKey = (id: string): Key => ({ pk: id, sk: 'dispatch' });
export const batchPrefix = (batch: string) => `batch#${batch}#`;
const entryKey = (id: string, batch: string, n: number): Key => ({
  pk: id,
  sk: `${batchPrefix(batch)}${String(n).padStart(4, '0')}`,
});

/** Not an entry, whose numbers belong to the sending function: a report may come in the middle of a batch. */
const reportKey = (id: string, batch: string, { at, user_id }: LogRow): Key => ({
  pk: id,
  sk: `${batchPrefix(batch)}${REPORT}${at}#${user_id}`,
});
const REPORT = 'report#';

/** Who has a batch made anew, and which of their executions delivers it. */
export const Redriven = z.object({
  redrive: z.string(),
  page: z.number().int(),
  run: z.number().int(),
  at: z.string(),
});
export type Redriven = z.output<typeof Redriven>;

const BatchItem = z.object({
  sk: z.string(),
  recipients: z.array(z.string()).optional(),
  redriven: Redriven.optional(),
  groups: z.array(RowGroup).optional(),
  /** In place of groups, in entries of the older form. */
  rows: z.array(LogRow).optional(),
});

/** A batch as it stands: who is in it, and its log so far, in order. */
export interface Batch {
  readonly recipients: readonly string[];
  readonly rows: readonly LogRow[];
  /** How many entries the log has: the number of the next one. */
  readonly entries: number;
  /** Set for a batch that is itself made anew. */
  readonly redriven?: Redriven;
  /** What was made anew of those in this batch, in order; whoever is in one of them is followed there. */
  readonly anew: readonly RedrivenBatch[];
}

export interface RedrivenBatch extends Omit<Batch, 'anew'> {
  readonly name: string;
  readonly redriven: Redriven;
}

export interface PlannedBatch {
  readonly name: string;
  readonly recipients: readonly string[];
  /** Rows that are final from the start. */
  readonly rows: readonly LogRow[];
}

export interface DeliveryStore {
  /**
   * Begins, or takes over, a dispatch for one execution. Answers the dispatch as it stands then. Throws TransientFailure when a later
   * execution has it.
   */
  begin(dispatch: Pick<Dispatch, 'id' | 'content' | 'run' | 'not_after' | 'audience'>, now: Date): Promise<Dispatch>;
  addBatches(id: string, batches: readonly PlannedBatch[], now: Date): Promise<void>;
  selected(dispatch: Dispatch, selection: Selection, now: Date): Promise<void>;
  find(id: string): Promise<Dispatch | undefined>;
  readBatch(id: string, batch: string): Promise<Batch>;
  /** Appends an entry to the log of a batch that was read `before`; throws TransientFailure when somebody else has appended one since. */
  append(
    id: string,
    batch: string,
    before: Pick<Batch, 'entries' | 'recipients'>,
    rows: readonly LogRow[],
    now: Date,
  ): Promise<void>;
  /** Adds what a provider reports of a delivery after it took the message; the same report again changes nothing. */
  report(id: string, batch: string, row: LogRow, now: Date): Promise<void>;
  /** Stops what has not been handed to a provider yet; also ahead of `begin`. What was withdrawn before keeps its reason. */
  withdraw(id: string, now: Date, because?: ReasonCode): Promise<void>;
  /** Whether somebody is in one of its batches. */
  includes(id: string, userId: string): Promise<boolean>;
  remove(id: string): Promise<void>;
}

interface Log {
  readonly recipients: string[];
  readonly rows: LogRow[];
  entries: number;
  redriven?: Redriven | undefined;
}
const newLog = (): Log => ({ recipients: [], rows: [], entries: 0 });

/** The name of the batch that an item belongs to, and what comes after it in the sort key. */
const partsOf = (sk: string): string[] => /^batch#([a-z]+#[^#]+(?:#~\d+)?)#(.*)$/.exec(sk)?.slice(1) ?? [];

/** What puts an item with these rows into the index of failures, as one that all of its failed rows have in common. */
function failuresIn(id: string, batch: string, rows: readonly LogRow[]) {
  const failed = rows.filter(({ outcome }) => outcome === 'FAILED');
  const [first] = failed;
  if (!first) return {};
  return {
    failed_on: failedOn(first.at, shardOf(`${id}${batch}`)),
    failed_at: first.at,
    failed_for: [...new Set(failed.map(({ reason }) => reason))],
  };
}

/** Under what the index has a failure of an instant: its day in UTC, and a shard. */
export const failedOn = (at: string, shard: number) => `${at.slice(0, 10)}#${shard}`;

/** Unix seconds, until when what is written now is kept. */
export const keptUntil = (now: Date) => Math.floor((now.getTime() + KEPT_FOR) / 1000);

export function deliveryStore(client: DynamoDBDocumentClient, table: string): DeliveryStore {
  const find: DeliveryStore['find'] = async (id) => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: dispatchKey(id), ConsistentRead: true }),
    );
    // A withdrawal that came ahead of the dispatch is a row of its own, without content.
    return Item?.content === undefined ? undefined : Dispatch.parse(Item);
  };

  const batchKeys = (id: string): Promise<Key[]> =>
    Array.fromAsync(
      queryKeys(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': id, ':prefix': 'batch#' },
      }),
    );

  return {
    find,

    async begin({ id, content, run, not_after, audience }, now) {
      const update = new UpdateCommand({
        TableName: table,
        Key: dispatchKey(id),
        UpdateExpression: `SET id = :id, run = :run, content = if_not_exists(content, :content), created_at = if_not_exists(created_at, :now), expires_at = :expires${
          not_after === undefined ? '' : ', not_after = if_not_exists(not_after, :latest)'
        }${audience === undefined ? '' : ', audience = if_not_exists(audience, :audience)'}`,
        ConditionExpression: 'attribute_not_exists(run) OR run <= :run',
        ExpressionAttributeValues: {
          ':id': id,
          ':run': run,
          ':content': content,
          ':now': now.toISOString(),
          ':expires': keptUntil(now),
          ...(not_after === undefined ? {} : { ':latest': not_after }),
          ...(audience === undefined ? {} : { ':audience': audience }),
        },
        ReturnValues: 'ALL_NEW',
      });
      try {
        return Dispatch.parse((await client.send(update)).Attributes);
      } catch (error) {
        if (isConditionFailed(error)) throw new TransientFailure('a later execution delivers this');
        throw error;
      }
    },

    async addBatches(id, batches, now) {
      const expires_at = keptUntil(now);
      const put = batches.map(({ name, recipients, rows }) =>
        recipients.length > 0
          ? { pk: id, sk: batchPrefix(name), recipients, expires_at }
          : { ...entryKey(id, name, 0), groups: packRows(rows, []), expires_at },
      );
      await writeMany(client, table, { put });
    },

    async selected(dispatch, selection, now) {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: dispatchKey(dispatch.id),
          UpdateExpression: 'SET selected_at = :now, selection = :selection',
          ConditionExpression: 'run = :run',
          ExpressionAttributeValues: { ':now': now.toISOString(), ':selection': selection, ':run': dispatch.run },
        }),
      );
    },

    async readBatch(id, batch) {
      const query = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': id, ':prefix': batchPrefix(batch) },
        ConsistentRead: true,
      };
      const logs = new Map([[batch, newLog()]]);
      for await (const raw of queryAll(client, query)) {
        const item = BatchItem.parse(raw);
        const [name = batch, rest = ''] = partsOf(item.sk);
        const log = logs.get(name) ?? newLog();
        logs.set(name, log);
        if (item.recipients) {
          log.recipients.push(...item.recipients);
          log.redriven = item.redriven;
          continue;
        }
        // The recipients are the first item of the batch.
        log.rows.push(...(item.rows ?? []), ...unpackRows(item.groups ?? [], log.recipients));
        if (!rest.startsWith(REPORT)) log.entries++;
      }
      const { redriven, ...own } = logs.get(batch) ?? newLog();
      logs.delete(batch);
      const anew = [...logs].flatMap(([name, log]) => (log.redriven ? { ...log, name, redriven: log.redriven } : []));
      return { ...own, ...(redriven && { redriven }), anew };
    },

    async append(id, batch, { entries, recipients }, rows, now) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: {
              ...entryKey(id, batch, entries),
              groups: packRows(rows, recipients),
              ...failuresIn(id, batch, rows),
              expires_at: keptUntil(now),
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        if (isConditionFailed(error)) throw new TransientFailure('somebody else works on this batch');
        throw error;
      }
    },

    async report(id, batch, row, now) {
      const Item = { ...reportKey(id, batch, row), groups: packRows([row], []), ...failuresIn(id, batch, [row]) };
      await client.send(new PutCommand({ TableName: table, Item: { ...Item, expires_at: keptUntil(now) } }));
    },

    async withdraw(id, now, because = 'REMINDER_WITHDRAWN') {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: dispatchKey(id),
          UpdateExpression:
            'SET withdrawn_at = if_not_exists(withdrawn_at, :now), withdrawn_because = if_not_exists(withdrawn_because, :because), expires_at = :expires',
          ExpressionAttributeValues: { ':now': now.toISOString(), ':because': because, ':expires': keptUntil(now) },
        }),
      );
    },

    async includes(id, userId) {
      const found = queryKeys(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        FilterExpression: 'contains(recipients, :user)',
        ExpressionAttributeValues: { ':pk': id, ':prefix': 'batch#', ':user': userId },
        ConsistentRead: true,
      });
      for await (const _ of found) return true;
      return false;
    },

    async remove(id) {
      await writeMany(client, table, { remove: [...(await batchKeys(id)), dispatchKey(id)] });
    },
  };
}
