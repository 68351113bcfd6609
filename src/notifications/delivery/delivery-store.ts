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
 *
 * An entry takes one write unit or two, where an item for each row would take one each (docs/decisions/0002).
 * Items leave by TTL (`expires_at`).
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailed, type Key, queryAll, queryKeys, writeMany } from '../../shared/dynamodb/items.ts';
import { TransientFailure } from '../../shared/workflow/task.ts';
import { Dispatch, LogRow, type Selection } from './delivery.ts';
import { packRows, RowGroup, unpackRows } from './log-entry.ts';

const DAY = 24 * 60 * 60;
/** Seconds. */
const KEPT_FOR = 90 * DAY;

const dispatchKey = (id: string): Key => ({ pk: id, sk: 'dispatch' });
const batchPrefix = (batch: string) => `batch#${batch}#`;
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

const BatchItem = z.object({
  sk: z.string(),
  recipients: z.array(z.string()).optional(),
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
  append(id: string, batch: string, before: Omit<Batch, 'rows'>, rows: readonly LogRow[], now: Date): Promise<void>;
  /** Adds what a provider reports of a delivery after it took the message; the same report again changes nothing. */
  report(id: string, batch: string, row: LogRow, now: Date): Promise<void>;
  /** Stops what has not been handed to a provider yet; also ahead of `begin`. */
  withdraw(id: string, now: Date): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Unix seconds, until when what is written now is kept. */
export const keptUntil = (now: Date) => Math.floor(now.getTime() / 1000) + KEPT_FOR;

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
      const recipients: string[] = [];
      const rows: LogRow[] = [];
      let entries = 0;
      const input = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': id, ':prefix': batchPrefix(batch) },
        ConsistentRead: true,
      };
      for await (const raw of queryAll(client, input)) {
        const item = BatchItem.parse(raw);
        if (item.recipients) recipients.push(...item.recipients);
        else {
          // The recipients are the first item of the batch.
          rows.push(...(item.rows ?? []), ...unpackRows(item.groups ?? [], recipients));
          if (!item.sk.startsWith(`${batchPrefix(batch)}${REPORT}`)) entries++;
        }
      }
      return { recipients, rows, entries };
    },

    async append(id, batch, { entries, recipients }, rows, now) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { ...entryKey(id, batch, entries), groups: packRows(rows, recipients), expires_at: keptUntil(now) },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        if (isConditionFailed(error)) throw new TransientFailure('somebody else works on this batch');
        throw error;
      }
    },

    async report(id, batch, row, now) {
      const Item = { ...reportKey(id, batch, row), groups: packRows([row], []), expires_at: keptUntil(now) };
      await client.send(new PutCommand({ TableName: table, Item }));
    },

    async withdraw(id, now) {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: dispatchKey(id),
          UpdateExpression: 'SET withdrawn_at = if_not_exists(withdrawn_at, :now), expires_at = :expires',
          ExpressionAttributeValues: { ':now': now.toISOString(), ':expires': keptUntil(now) },
        }),
      );
    },

    async remove(id) {
      await writeMany(client, table, { remove: [...(await batchKeys(id)), dispatchKey(id)] });
    },
  };
}
