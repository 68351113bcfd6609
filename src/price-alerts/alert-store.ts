import { type AttributeValue, QueryCommand as PlainQueryCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  NumberValue,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Market, marketId } from '../prices/market.ts';
import { chunks } from '../shared/chunks.ts';
import {
  isLostRace,
  Key,
  pause,
  queryAll,
  queryKeys,
  transact,
  unlessConditionFails,
  type Write,
  writeMany,
} from '../shared/dynamodb/items.ts';
import { openEntries, openShard } from '../shared/dynamodb/open-index.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import { type Page, type PageRequest, type Position, positionOf } from '../shared/http/cursor.ts';
import {
  Alert,
  AlertNotFound,
  type AlertStatus,
  Firing,
  isLive,
  MOST_LIVE,
  type Moved,
  TooManyAlerts,
} from './alert.ts';
import { type Place, Series } from './condition.ts';

/**
 * Table `price-alerts`
 *
 * | pk              | sk               | holds |
 * | --------------- | ---------------- | --- |
 * | user#<user id>  | alert#<id>       | the alert |
 * | user#<user id>  | alerts           | `version` of the person's alerts, raised by every change that they see; `live`, how many are |
 * | alert#<id>      | firing#<n>       | a firing, for a quarter of a year (`n` in six digits) |
 * | creation#<id>   | creation         | the alert that a request has created, for a day |
 * | market#<market> | <series>         | a series that live alerts wait for, with `touched_at`, `checked_at` and `idle_since` |
 *
 * Index `by-status`, local: `in_status` (`<status>#<id>`). Index `watch`, sparse: `watch` (`<coin>/<currency>/<series>/<side>`), sorted by the number
 * `bound`. Index `open`, sparse: `shard` (`open#<n>`), sorted by `due`: of a firing that is not told, when it fired; of a live alert, when it
 * expires.
 */
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

  /** Alerts wait for these series of a market from now on. To be called before one of them is stored. Safe to repeat. */
  expect(market: Market, series: readonly Series[], now: Date): Promise<void>;
  /** Series of a market that alerts wait for, or did lately. */
  expected(market: Market): Promise<ExpectedSeries[]>;
  /** Saves what a check of a series has found, unless somebody has expected it meanwhile. */
  checked(market: Market, series: ExpectedSeries, check: Check, now: Date): Promise<void>;

  /** Some of the alerts whose place a value has come to; the same again, as long as nothing moves them. Eventually consistent. */
  reached(market: Market, place: Place, page: PageRequest): Promise<Page<AlertKey>>;
  /** Whether any alert waits at either side of a series. Eventually consistent. */
  isAwaited(market: Market, series: Series): Promise<boolean>;

  /** Firings that are not told, and alerts that are over, of one shard, up to `until`, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenAlert>;
  /** A firing needs no telling any more. */
  told(alertId: string, n: number): Promise<void>;

  /** Everything of a person's, for good. */
  removeAll(userId: string): Promise<void>;
}

export interface AlertKey {
  readonly userId: string;
  readonly id: string;
}

export interface OpenAlert extends AlertKey {
  /** The firing that is to be told; undefined for an alert that is over. */
  readonly n: number | undefined;
}

export const ExpectedSeries = z.object({
  series: Series,
  /** When an alert began to wait for it last. */
  touched_at: z.iso.datetime(),
  /** When it was found that alerts wait for it; `idle_since` when it was first found that none does. */
  checked_at: z.iso.datetime().optional(),
  idle_since: z.iso.datetime().optional(),
});
export type ExpectedSeries = z.output<typeof ExpectedSeries>;

/** What a check of a series has found: alerts wait for it, none does, or none has for so long that it is forgotten. */
export type Check = 'awaited' | 'idle' | 'forgotten';

const TRIES = 10;
/** Alerts: a removal that is stopped goes on behind those that are removed. */
const REMOVED_AT_ONCE = 20;
/** Seconds. */
const FIRINGS_KEPT_FOR = 90 * 24 * 3600;
const CREATIONS_KEPT_FOR = 24 * 3600;

const ALERT = 'alert#';
const alertKey = (userId: string, id: string): Key => ({ pk: `user#${userId}`, sk: `${ALERT}${id}` });
const personKey = (userId: string): Key => ({ pk: `user#${userId}`, sk: 'alerts' });
const firingsOf = (alertId: string) => `alert#${alertId}`;
const firingKey = (alertId: string, n: number): Key => ({
  pk: firingsOf(alertId),
  sk: `firing#${String(n).padStart(6, '0')}`,
});
const creationKey = ({ id }: Creation): Key => ({ pk: `creation#${id}`, sk: 'creation' });
const seriesKey = (market: Market, series: Series): Key => ({ pk: `market#${marketId(market)}`, sk: series });
const watchName = (market: Market, series: Series, side: Place['side']) => `${marketId(market)}/${series}/${side}`;

const secondsFrom = (at: Date, length: number) => Math.floor(at.getTime() / 1000) + length;

const Created = z.object({ user_id: z.string(), alert_id: z.string(), fingerprint: z.string() });
const Person = z.object({ version: z.number().default(0), live: z.number().default(0) });
const OpenRow = z.object({ sk: z.string(), user_id: z.string(), alert_id: z.string() });

/** Where a query of the index `watch` stopped. */
const WatchKey = z.object({ pk: z.string(), sk: z.string(), watch: z.string(), bound: z.string() });
const keyOf = ({ pk, sk }: Key): AlertKey => ({ userId: pk.slice('user#'.length), id: sk.slice(ALERT.length) });

const watchStart = (after: Position) => {
  const { pk, sk, watch, bound } = WatchKey.parse(after);
  return { pk: { S: pk }, sk: { S: sk }, watch: { S: watch }, bound: { N: bound } };
};
const watchPosition = ({ pk, sk, watch, bound }: Record<string, AttributeValue>): Position =>
  WatchKey.parse({ pk: pk?.S, sk: sk?.S, watch: watch?.S, bound: bound?.N });

function rowOf(alert: Alert) {
  const row = {
    ...alertKey(alert.user_id, alert.id),
    ...alert,
    alert_id: alert.id,
    in_status: `${alert.status}#${alert.id}`,
  };
  if (!isLive(alert)) return row;
  const { series, side, bound } = alert.place;
  return {
    ...row,
    watch: watchName(alert, series, side),
    bound: NumberValue.from(bound),
    ...(alert.expires_at === undefined ? {} : { shard: openShard(alert.id), due: alert.expires_at }),
  };
}

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

  async function page(query: ConstructorParameters<typeof QueryCommand>[0], { limit, after }: PageRequest) {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({ ...query, Limit: limit, ExclusiveStartKey: after }),
    );
    return { items: Items, last: LastEvaluatedKey };
  }

  const keysIn = (pk: string): Promise<Key[]> =>
    Array.fromAsync(
      queryKeys(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      }),
    );

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

    async list(userId, status, request) {
      const { items, last } = await page(
        {
          TableName: table,
          ...(status ? { IndexName: 'by-status' } : {}),
          KeyConditionExpression: `pk = :pk AND begins_with(${status ? 'in_status' : 'sk'}, :beginning)`,
          ExpressionAttributeValues: {
            ':pk': personKey(userId).pk,
            ':beginning': status ? `${status}#` : ALERT,
          },
          ConsistentRead: true,
          ScanIndexForward: false,
        },
        request,
      );
      return { items: items.map((item) => Alert.parse(item)), next: positionOf(last) };
    },

    async firings(alertId, request) {
      const { items, last } = await page(
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': firingsOf(alertId) },
          ConsistentRead: true,
          ScanIndexForward: false,
        },
        request,
      );
      return { items: items.map((item) => Firing.parse(item)), next: positionOf(last) };
    },

    async firing(alertId, n) {
      const item = await get(firingKey(alertId, n));
      return item === undefined ? undefined : Firing.parse(item);
    },

    async expect(market, series, now) {
      const put = series.map((each) => ({ ...seriesKey(market, each), series: each, touched_at: now.toISOString() }));
      await writeMany(client, table, { put });
    },

    async expected(market) {
      const rows = queryAll(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `market#${marketId(market)}` },
        ConsistentRead: true,
      });
      return (await Array.fromAsync(rows)).map((row) => ExpectedSeries.parse(row));
    },

    async checked(market, { series, touched_at, idle_since }, check, now) {
      const condition = {
        TableName: table,
        Key: { ...seriesKey(market, series) },
        ConditionExpression: 'touched_at = :touched',
      };
      const touched = { ':touched': touched_at };
      await unlessConditionFails<unknown>(() =>
        check === 'forgotten'
          ? client.send(new DeleteCommand({ ...condition, ExpressionAttributeValues: touched }))
          : client.send(
              new UpdateCommand({
                ...condition,
                UpdateExpression: `SET checked_at = :now ${check === 'idle' ? ', idle_since = :idle' : 'REMOVE idle_since'}`,
                ExpressionAttributeValues: {
                  ...touched,
                  ':now': now.toISOString(),
                  ...(check === 'idle' ? { ':idle': idle_since ?? now.toISOString() } : {}),
                },
              }),
            ),
      );
    },

    // In the table's own form: bounds have more digits than numbers here have.
    async reached(market, { series, side, bound }, { limit, after }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new PlainQueryCommand({
          TableName: table,
          IndexName: 'watch',
          KeyConditionExpression: `#watch = :watch AND bound ${side === 'rise' ? '<=' : '>='} :value`,
          ExpressionAttributeNames: { '#watch': 'watch' },
          ExpressionAttributeValues: { ':watch': { S: watchName(market, series, side) }, ':value': { N: bound } },
          Limit: limit,
          ExclusiveStartKey: after && watchStart(after),
        }),
      );
      return {
        items: Items.map((item) => keyOf(Key.parse({ pk: item.pk?.S, sk: item.sk?.S }))),
        next: LastEvaluatedKey && watchPosition(LastEvaluatedKey),
      };
    },

    async isAwaited(market, series) {
      for (const side of ['rise', 'fall'] as const) {
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'watch',
            KeyConditionExpression: '#watch = :watch',
            ExpressionAttributeNames: { '#watch': 'watch' },
            ExpressionAttributeValues: { ':watch': watchName(market, series, side) },
            Limit: 1,
          }),
        );
        if (Items.length > 0) return true;
      }
      return false;
    },

    async *open(shard, until) {
      for await (const { sk, user_id, alert_id } of openEntries(client, table, OpenRow, shard, until))
        yield {
          userId: user_id,
          id: alert_id,
          n: sk.startsWith('firing#') ? Number(sk.slice('firing#'.length)) : undefined,
        };
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
        const firings = await Promise.all(some.map((row) => keysIn(firingsOf(keyOf(row).id))));
        await writeMany(client, table, { remove: firings.flat() });
        await writeMany(client, table, { remove: some });
      }
      await writeMany(client, table, { remove: [personKey(userId)] });
    },
  };
}
