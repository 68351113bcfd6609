/*
 * Table reminders
 *
 *   pk reminder#<id>   sk reminder               a reminder
 *                      sk occurrence#<instant>   an occurrence that was claimed, or should have been
 *
 * Index `due`: see due-index.ts.
 * Index `by-owner`: `ownerId`, sorted by `listedAt` (`<creation>#<id>`), with the status to filter by.
 * Index `by-event`, sparse: `eventId`, reminders whose time or audience is an event's.
 */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { getMany, isLostRace, Key, pause, queryAll, queryKeys, transact, writeMany } from '../shared/dynamodb/items.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import { type Page, type PageRequest, positionOf } from '../shared/http/cursor.ts';
import { shardOf } from '../shared/shard.ts';
import { expectedAt } from './acknowledgement/asking.ts';
import { dueShard, openShard } from './due-index.ts';
import { type Delivering, Occurrence } from './occurrence.ts';
import { eventIdOf, Reminder, ReminderNotFound, type ReminderStatus } from './reminder.ts';

export interface ReminderStore {
  /** Stores a new reminder; for a repeated request answers the one of the first. Throws IdempotencyKeyReused. */
  create(reminder: Reminder): Promise<Reminder>;
  /** What the same request has created before; undefined when it is the first. Throws IdempotencyKeyReused. */
  repeated(creation: Creation, ownerId: string): Promise<Reminder | undefined>;
  find(id: string): Promise<Reminder | undefined>;
  /**
   * Applies a verb to the reminder as it is now, again when somebody else was faster; a verb that answers the same reminder changes
   * nothing. Throws ReminderNotFound, ChangedMeanwhile and what the verb throws.
   */
  change(id: string, verb: (reminder: Reminder) => Reminder | Promise<Reminder>): Promise<Reminder>;
  delete(id: string): Promise<void>;
  list(ownerId: string, page: PageRequest & { status: ReminderStatus | undefined }): Promise<Page<Reminder>>;
  idsOfEvent(eventId: string): AsyncIterable<string>;
  idsOfOwner(ownerId: string): AsyncIterable<string>;

  findOccurrence(reminderId: string, dueAt: string): Promise<Occurrence | undefined>;
  /** Newest first. */
  listOccurrences(reminderId: string, page: PageRequest): Promise<Page<Occurrence>>;
  /** Ids of the occurrences due from an instant on that are not settled. */
  openOccurrences(reminderId: string, since: string): AsyncIterable<string>;
  /** One write for both: the reminder moves on and the occurrence begins. False when the reminder has changed or the occurrence is there. */
  claim(before: Reminder & { status: 'SCHEDULED' }, after: Reminder, occurrence: Occurrence): Promise<boolean>;
  /** Stores an occurrence that does not take place, unless there is one. */
  supersede(occurrence: Occurrence): Promise<void>;
  /** Writes an unsettled occurrence anew. False when it has changed since it was read as `before`. */
  replace(before: Delivering, after: Occurrence): Promise<boolean>;
}

export const reminderKey = (id: string): Key => ({ pk: `reminder#${id}`, sk: 'reminder' });
export const occurrenceKey = (reminderId: string, dueAt: string): Key => ({
  pk: `reminder#${reminderId}`,
  sk: `occurrence#${dueAt}`,
});

function reminderItem(reminder: Reminder) {
  const due = reminder.status === 'SCHEDULED' ? { shard: dueShard(shardOf(reminder.id)), due: reminder.dueAt } : {};
  const eventId = eventIdOf(reminder);
  const listed = { listedAt: `${reminder.createdAt}#${reminder.id}` };
  return { ...reminderKey(reminder.id), ...reminder, ...listed, ...due, ...(eventId === undefined ? {} : { eventId }) };
}

/** Since when, or from when on, the sweep asks after it. */
const openSince = ({ asking, claimedAt }: Delivering) => (asking && expectedAt(asking)) ?? claimedAt;

function occurrenceItem(occurrence: Occurrence) {
  const open =
    occurrence.status === 'DELIVERING'
      ? { shard: openShard(shardOf(occurrence.reminderId)), due: openSince(occurrence) }
      : {};
  // `occurrenceOwner` keeps occurrences out of the index of an owner's reminders.
  const { ownerId: occurrenceOwner, ...rest } = occurrence;
  return { ...occurrenceKey(occurrence.reminderId, occurrence.dueAt), ...rest, occurrenceOwner, ...open };
}

export const toOccurrence = (item: Record<string, unknown>) =>
  Occurrence.parse({ ...item, ownerId: item.occurrenceOwner });

const RIVALS = 5;

export function reminderStore(client: DynamoDBDocumentClient, table: string): ReminderStore {
  const find: ReminderStore['find'] = async (id) => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: reminderKey(id), ConsistentRead: true }),
    );
    return Item && Reminder.parse(Item);
  };

  const repeated: ReminderStore['repeated'] = async ({ id, fingerprint }, ownerId) => {
    const existing = await find(id);
    if (existing && (existing.ownerId !== ownerId || existing.fingerprint !== fingerprint))
      throw new IdempotencyKeyReused();
    return existing;
  };

  /** True when it was written; false when the condition did not hold. */
  const putIf = async (
    Item: Record<string, unknown>,
    condition: string,
    values?: Record<string, unknown>,
    names?: Record<string, string>,
  ) => {
    try {
      await client.send(
        new PutCommand({
          TableName: table,
          Item,
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
          ExpressionAttributeNames: names,
        }),
      );
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  };

  async function* ids(index: string, name: string, value: string): AsyncGenerator<string> {
    const input = {
      TableName: table,
      IndexName: index,
      KeyConditionExpression: '#name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
      ProjectionExpression: 'pk',
    };
    for await (const { pk } of queryAll(client, input)) yield z.string().parse(pk).slice('reminder#'.length);
  }

  return {
    find,

    repeated,

    async create(reminder) {
      if (await putIf(reminderItem(reminder), 'attribute_not_exists(pk)')) return reminder;
      const existing = await repeated(reminder, reminder.ownerId);
      if (!existing) throw new ChangedMeanwhile();
      return existing;
    },

    async change(id, verb) {
      for (let rival = 0; rival < RIVALS; rival++) {
        const before = await find(id);
        if (!before) throw new ReminderNotFound();
        const after = await verb(before);
        if (after === before) return before;
        // The claim does not raise the revision, so the instant of the last write stands beside it.
        const unchanged = { ':revision': before.revision, ':updated': before.updatedAt, ':status': before.status };
        const condition = 'revision = :revision AND updatedAt = :updated AND #status = :status';
        if (await putIf(reminderItem(after), condition, unchanged, { '#status': 'status' })) return after;
        await pause(rival);
      }
      throw new ChangedMeanwhile();
    },

    async delete(id) {
      const occurrences = queryKeys(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :occurrence)',
        ExpressionAttributeValues: { ':pk': reminderKey(id).pk, ':occurrence': 'occurrence#' },
      });
      await writeMany(client, table, { remove: await Array.fromAsync(occurrences) });
      await client.send(new DeleteCommand({ TableName: table, Key: reminderKey(id) }));
    },

    async list(ownerId, { limit, after, status }) {
      const found: Key[] = [];
      let start: Record<string, unknown> | undefined = after;
      do {
        const { Items, LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'by-owner',
            KeyConditionExpression: 'ownerId = :owner',
            ...(status === undefined
              ? {}
              : { FilterExpression: '#status = :status', ExpressionAttributeNames: { '#status': 'status' } }),
            ExpressionAttributeValues: { ':owner': ownerId, ...(status === undefined ? {} : { ':status': status }) },
            ScanIndexForward: false,
            Limit: limit - found.length,
            ExclusiveStartKey: start,
          }),
        );
        found.push(...(Items ?? []).map((item) => Key.parse(item)));
        start = LastEvaluatedKey;
      } while (start && found.length < limit);
      const byId = new Map((await getMany(client, table, found)).map((item) => [item.pk, Reminder.parse(item)]));
      return { items: found.flatMap(({ pk }) => byId.get(pk) ?? []), next: positionOf(start) };
    },

    idsOfEvent: (eventId) => ids('by-event', 'eventId', eventId),
    idsOfOwner: (ownerId) => ids('by-owner', 'ownerId', ownerId),

    async findOccurrence(reminderId, dueAt) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: occurrenceKey(reminderId, dueAt), ConsistentRead: true }),
      );
      return Item && toOccurrence(Item);
    },

    async listOccurrences(reminderId, { limit, after }) {
      const { Items, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :occurrence)',
          ExpressionAttributeValues: { ':pk': reminderKey(reminderId).pk, ':occurrence': 'occurrence#' },
          ScanIndexForward: false,
          Limit: limit,
          ExclusiveStartKey: after,
        }),
      );
      return { items: (Items ?? []).map(toOccurrence), next: positionOf(LastEvaluatedKey) };
    },

    async *openOccurrences(reminderId, since) {
      const input = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk >= :since',
        FilterExpression: '#status = :delivering',
        ExpressionAttributeNames: { '#status': 'status', '#id': 'id' },
        ExpressionAttributeValues: {
          ':pk': reminderKey(reminderId).pk,
          ':since': occurrenceKey(reminderId, since).sk,
          ':delivering': 'DELIVERING',
        },
        ProjectionExpression: '#id',
        ConsistentRead: true,
      };
      for await (const { id } of queryAll(client, input)) yield z.string().parse(id);
    },

    claim: (before, after, occurrence) =>
      transact(client, [
        {
          Put: {
            TableName: table,
            Item: reminderItem(after),
            ConditionExpression:
              'revision = :revision AND #status = :scheduled AND dueAt = :due AND updatedAt = :updated',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: {
              ':revision': before.revision,
              ':scheduled': 'SCHEDULED',
              ':due': before.dueAt,
              ':updated': before.updatedAt,
            },
          },
        },
        {
          Put: {
            TableName: table,
            Item: occurrenceItem(occurrence),
            ConditionExpression: 'attribute_not_exists(pk) OR #status = :superseded',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':superseded': 'SUPERSEDED' },
          },
        },
      ]),

    async supersede(occurrence) {
      await putIf(occurrenceItem(occurrence), 'attribute_not_exists(pk)');
    },

    replace: (before, after) =>
      putIf(
        occurrenceItem({ ...after, version: (before.version ?? 0) + 1 }),
        `#status = :delivering AND ${before.version === undefined ? 'attribute_not_exists(version)' : 'version = :version'}`,
        { ':delivering': 'DELIVERING', ...(before.version === undefined ? {} : { ':version': before.version }) },
        { '#status': 'status' },
      ),
  };
}

/** Whoever comes to a reminder by what points at it finds nothing to do when it was deleted meanwhile. */
export async function unlessGone<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof ReminderNotFound) return undefined;
    throw error;
  }
}
