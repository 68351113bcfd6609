import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks } from '../shared/chunks.ts';
import {
  isLostRace,
  type Key,
  pause,
  queryKeys,
  transact,
  unlessConditionFails,
  type Write,
  writeMany,
} from '../shared/dynamodb/items.ts';
import { openEntries, openShard } from '../shared/dynamodb/open-index.ts';
import { queryPage } from '../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import type { Page, PageRequest } from '../shared/http/cursor.ts';
import {
  Alert,
  type AlertKey,
  AlertNotFound,
  type AlertStatus,
  Firing,
  isLive,
  MOST_LIVE,
  type Moved,
  TooManyAlerts,
} from './alert.ts';
import { ALERT, alertKey, alertOf, creationKey, firingKey, firingNumber, firingsOf, personKey } from './keys.ts';
import { watchEntry } from './place-index.ts';

/** Alerts of people and their firings, in the table `price-alerts` (`keys.ts`). Where they wait is in `place-index.ts`. */
export interface AlertStore {
  /**
   * Stores a new alert; the same request again answers the alert that it has created. Throws IdempotencyKeyReused, and TooManyAlerts where the
   * person has MOST_LIVE.
   */
  create(alert: Alert, creation: Creation): Promise<Alert>;
  /** The alert that a request of this person has created. Throws IdempotencyKeyReused where it was another request. */
  repeated(creation: Creation, userId: string): Promise<Alert | undefined>;
  /** One of a person's, as it is this moment. */
  find(userId: string, id: string): Promise<Alert | undefined>;
  /**
   * Applies a verb to the alert as it is now, again when somebody else was faster, and answers it as it is after that; a verb that answers the
   * same changes nothing. Throws AlertNotFound, TooManyAlerts, ChangedMeanwhile after too many rivals, and what the verb throws.
   */
  change(userId: string, id: string, verb: (alert: Alert) => Alert): Promise<Alert>;
  /** The same with a firing, which is stored in the same transaction and is to be told. */
  move(userId: string, id: string, verb: (alert: Alert) => Moved): Promise<Moved>;

  /** Of what a person sees of their alerts: another one after every change of it. 0 before the first. Consistent. */
  versionOf(userId: string): Promise<number>;
  /** A person's, or those of one status, the newest first. Consistent. */
  list(userId: string, status: AlertStatus | undefined, page: PageRequest): Promise<Page<Alert>>;
  /** The newest first. */
  firings(alertId: string, page: PageRequest): Promise<Page<Firing>>;
  firing(alertId: string, n: number): Promise<Firing | undefined>;

  /** Firings that are not told, and alerts that are over, of one shard, up to `until`, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenAlert>;
  /** A firing needs no telling any more. */
  told(alertId: string, n: number): Promise<void>;

  /** Everything of a person's, for good. */
  removeAll(userId: string): Promise<void>;
}

export interface OpenAlert extends AlertKey {
  /** The firing that is to be told; undefined for an alert that is over. */
  readonly n: number | undefined;
}

const TRIES = 10;
/** Alerts: a removal that is stopped goes on behind those that are removed. */
const REMOVED_AT_ONCE = 20;
/** Seconds. */
const FIRINGS_KEPT_FOR = 90 * 24 * 3600;
const CREATIONS_KEPT_FOR = 24 * 3600;

const secondsFrom = (at: Date, length: number) => Math.floor(at.getTime() / 1000) + length;

const Created = z.object({ user_id: z.string(), alert_id: z.string(), fingerprint: z.string() });
const Person = z.object({ version: z.number().default(0), live: z.number().default(0) });
const OpenRow = z.object({ sk: z.string(), user_id: z.string(), alert_id: z.string() });

const rowOf = (alert: Alert) => ({
  ...alertKey(alert.user_id, alert.id),
  ...alert,
  alert_id: alert.id,
  in_status: `${alert.status}#${alert.id}`,
  ...(isLive(alert) ? watchEntry(alert) : {}),
  ...(isLive(alert) && alert.expires_at !== undefined ? { shard: openShard(alert.id), due: alert.expires_at } : {}),
});

/** Whether it is only another place that it waits at, which nobody sees. */
const isUnseen = (before: Alert, { alert, firing }: Moved) => isLive(before) && isLive(alert) && firing === undefined;

export function alertStore(client: DynamoDBDocumentClient, table: string): AlertStore {
  async function get(key: Key): Promise<unknown> {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item;
  }

  async function find(userId: string, id: string): Promise<Alert | undefined> {
    const item = await get(alertKey(userId, id));
    return item === undefined ? undefined : Alert.parse(item);
  }

  const person = async (userId: string) => Person.parse((await get(personKey(userId))) ?? {});

  async function repeated(creation: Creation, userId: string): Promise<Alert | undefined> {
    const item = await get(creationKey(creation));
    if (item === undefined) return undefined;
    const { user_id, alert_id, fingerprint } = Created.parse(item);
    if (user_id !== userId || fingerprint !== creation.fingerprint) throw new IdempotencyKeyReused();
    return find(userId, alert_id);
  }

  /** The person sees something else from now on, with so many more live alerts. */
  const counted = (userId: string, more: number): Write => ({
    Update: {
      TableName: table,
      Key: { ...personKey(userId) },
      UpdateExpression: 'ADD version :one, live :more',
      ExpressionAttributeValues: { ':one': 1, ':more': more, ...(more > 0 ? { ':most': MOST_LIVE } : {}) },
      ...(more > 0 ? { ConditionExpression: 'attribute_not_exists(live) OR live < :most' } : {}),
    },
  });

  const replacing = (before: Alert, after: Alert) => ({
    TableName: table,
    Item: rowOf(after),
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: { ':revision': before.revision },
  });

  const firingRow = (alert: Alert, firing: Firing) => ({
    ...firingKey(alert.id, firing.n),
    ...firing,
    user_id: alert.user_id,
    alert_id: alert.id,
    shard: openShard(alert.id),
    due: firing.fired_at,
    kept_until: secondsFrom(new Date(firing.fired_at), FIRINGS_KEPT_FOR),
  });

  /** False when somebody else was faster. */
  async function replace(before: Alert, moved: Moved): Promise<boolean> {
    const { alert, firing } = moved;
    if (isUnseen(before, moved)) return putUnseen(before, alert);
    return transact(client, [
      { Put: replacing(before, alert) },
      counted(alert.user_id, Number(isLive(alert)) - Number(isLive(before))),
      ...(firing ? [{ Put: { TableName: table, Item: firingRow(alert, firing) } }] : []),
    ]);
  }

  async function putUnseen(before: Alert, after: Alert): Promise<boolean> {
    try {
      await client.send(new PutCommand(replacing(before, after)));
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }

  async function ensureRoom(userId: string): Promise<void> {
    if ((await person(userId)).live >= MOST_LIVE) throw new TooManyAlerts();
  }

  const move: AlertStore['move'] = async (userId, id, verb) => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = await find(userId, id);
      if (!before) throw new AlertNotFound();
      const moved = verb(before);
      if (moved.alert === before || (await replace(before, moved))) return moved;
      if (isLive(moved.alert) && !isLive(before)) await ensureRoom(userId);
      await pause(attempt);
    }
    throw new ChangedMeanwhile();
  };

  const rowsIn = (pk: string) => ({
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk },
    ConsistentRead: true,
  });
  const keysIn = (pk: string): Promise<Key[]> => Array.fromAsync(queryKeys(client, rowsIn(pk)));

  return {
    async create(alert, creation) {
      const created = { user_id: alert.user_id, alert_id: alert.id, fingerprint: creation.fingerprint };
      const kept_until = secondsFrom(new Date(alert.created_at), CREATIONS_KEPT_FOR);
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const ConditionExpression = 'attribute_not_exists(pk)';
        const writes = [
          { Put: { TableName: table, Item: rowOf(alert), ConditionExpression } },
          {
            Put: { TableName: table, Item: { ...creationKey(creation), ...created, kept_until }, ConditionExpression },
          },
          counted(alert.user_id, 1),
        ];
        if (await transact(client, writes)) return alert;
        const existing = await repeated(creation, alert.user_id);
        if (existing) return existing;
        await ensureRoom(alert.user_id);
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    repeated,
    find,
    move,

    change: async (userId, id, verb) => (await move(userId, id, (alert) => ({ alert: verb(alert) }))).alert,

    versionOf: async (userId) => (await person(userId)).version,

    list: (userId, status, request) =>
      queryPage(
        client,
        Alert,
        {
          TableName: table,
          ...(status ? { IndexName: 'by-status' } : {}),
          KeyConditionExpression: `pk = :pk AND begins_with(${status ? 'in_status' : 'sk'}, :beginning)`,
          ExpressionAttributeValues: { ':pk': personKey(userId).pk, ':beginning': status ? `${status}#` : ALERT },
          ConsistentRead: true,
          ScanIndexForward: false,
        },
        request,
      ),

    firings: (alertId, request) =>
      queryPage(client, Firing, { ...rowsIn(firingsOf(alertId)), ScanIndexForward: false }, request),

    async firing(alertId, n) {
      const item = await get(firingKey(alertId, n));
      return item === undefined ? undefined : Firing.parse(item);
    },

    async *open(shard, until) {
      for await (const { sk, user_id, alert_id } of openEntries(client, table, OpenRow, shard, until))
        yield { userId: user_id, id: alert_id, n: firingNumber(sk) };
    },

    async told(alertId, n) {
      const clear = new UpdateCommand({
        TableName: table,
        Key: { ...firingKey(alertId, n) },
        UpdateExpression: 'REMOVE #shard, due',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#shard': 'shard' },
      });
      await unlessConditionFails(() => client.send(clear));
    },

    async removeAll(userId) {
      const rows = await keysIn(personKey(userId).pk);
      const own = rows.filter(({ sk }) => sk.startsWith(ALERT));
      for (const some of chunks(own, REMOVED_AT_ONCE)) {
        const firings = await Promise.all(some.map((row) => keysIn(firingsOf(alertOf(row).id))));
        await writeMany(client, table, { remove: firings.flat() });
        await writeMany(client, table, { remove: some });
      }
      await writeMany(client, table, { remove: [personKey(userId)] });
    },
  };
}
