import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks } from '../../shared/chunks.ts';
import {
  isLostRace,
  type Key,
  pastTransactions,
  pause,
  queryAll,
  queryKeys,
  transact,
  unlessConditionFails,
  type Write,
  writeMany,
} from '../../shared/dynamodb/items.ts';
import { OpenEntry, openEntries, openShard } from '../../shared/dynamodb/open-index.ts';
import { queryPage } from '../../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import type { Page, PageRequest } from '../../shared/http/cursor.ts';
import { DAY, MINUTE } from '../../shared/time.ts';
import type { Point } from '../runs/assessment.ts';
import { pack, unpack } from '../runs/packed-points.ts';
import { Activity } from './activity.ts';
import { Connection } from './connection.ts';
import { type EndErrand, Errand, isOpen } from './errand.ts';

/**
 * Table `game-strava`
 *
 * | pk              | sk                           | holds |
 * | --------------- | ---------------------------- | --- |
 * | connect#<state> | connect                      | who has begun to connect; leaves by TTL, or when Strava sends them back |
 * | user#<id>       | connection                   | the connection |
 * | athlete#<id>    | owner                        | the connection of an athlete, and its user |
 * | kept#<connection> | activity#<id, 16 digits>   | an activity; leaves by TTL |
 * | kept#<connection> | points#<id>#<fetched at>#<n> | its points, packed, where they may be entered into the game; leave by TTL |
 * | kept#<connection> | gone#<id>                  | when it was seen that an activity is gone; leaves by TTL |
 * | errand#<id>     | errand                       | what is to be done, or was: that it was told before is known by this; leaves by TTL when it is done |
 * | allowance       | allowance                    | until when nobody asks Strava anything |
 *
 * `expires_at`, in seconds, is the TTL. A user's connection and the athlete's row are put and deleted in one transaction, and an activity is put
 * in one that sees to the connection being there.
 *
 * Index `open`, sparse: `shard` (`open#<n>`), sorted by `due`, of the errands that are not done.
 */
export interface StravaStore {
  /** Remembers for ten minutes who has begun to connect. */
  begin(state: string, userId: string, now: Date): Promise<void>;
  /** Who has. */
  begunBy(state: string, now: Date): Promise<string | undefined>;
  /** The same, once. */
  takeBegun(state: string, now: Date): Promise<string | undefined>;

  connectionOf(userId: string): Promise<Connection | undefined>;
  ownerOf(athleteId: number): Promise<Owner | undefined>;
  /** Stores a connection in the place of `before`. False when that has changed, or the athlete is another user's. */
  connect(connection: Connection, before: Connection | undefined): Promise<boolean>;
  /** Lets one at a time renew the tokens. False when somebody is at it, or it has changed. */
  beginRenewal(connection: Connection, until: Date, now: Date): Promise<boolean>;
  /** Replaces tokens, and ends the renewal. False when it has changed. */
  renew(connection: Connection, tokens: string, accessUntil: Date): Promise<boolean>;
  /** Ends a connection, which leaves an errand: a further one, or `instead` of another. False when one of them has changed. */
  end(connection: Connection, errand: EndErrand, instead?: Errand): Promise<boolean>;

  /** False when it is there. */
  addErrand(errand: Errand): Promise<boolean>;
  findErrand(id: string): Promise<Errand | undefined>;
  /** Applies a verb, again when somebody else was faster. Undefined where there is no errand. Throws ChangedMeanwhile after too many rivals. */
  changeErrand(id: string, verb: (errand: Errand) => Errand, now: Date): Promise<Errand | undefined>;
  open(shard: number, until: Date): AsyncIterable<OpenEntry>;

  /**
   * Keeps an activity, with points where there are some, unless what was asked for later is there. False when the connection is not. Throws
   * ChangedMeanwhile after too many rivals.
   */
  keep(
    connection: Pick<Connection, 'id' | 'user_id'>,
    activity: Activity,
    points: readonly Point[],
    until: Date,
  ): Promise<boolean>;
  /** Deletes one that was gone at `at`, unless it was there later. */
  drop(connectionId: string, activityId: number, at: Date): Promise<void>;
  find(connectionId: string, activityId: number, now: Date): Promise<Activity | undefined>;
  /** Those of a connection that were uploaded last first. */
  list(connectionId: string, page: PageRequest, now: Date): Promise<Page<Activity>>;
  pointsOf(connectionId: string, activity: Activity): Promise<Point[]>;
  /** Deletes everything that was kept of a connection. */
  clear(connectionId: string): Promise<void>;

  usedUpUntil(): Promise<Date | undefined>;
  useUp(until: Date): Promise<void>;
}

const Begun = z.object({ user_id: z.string(), expires_at: z.int() });
const Owner = z.object({ user_id: z.string(), connection_id: z.string() });
type Owner = z.output<typeof Owner>;

/** How often a change is made anew because somebody else was faster. */
const TRIES = 16;
/** Milliseconds. */
const BEGUN_FOR = 10 * MINUTE;
const DONE_FOR = 3 * DAY;
const GONE_FOR = DAY;
/** Some 70 KB, packed. */
const POINTS_A_ROW = 10_000;

const seconds = (at: Date) => Math.floor(at.getTime() / 1000);
const after = (now: Date, length: number) => seconds(new Date(now.getTime() + length));

const beginKey = (state: string): Key => ({ pk: `connect#${state}`, sk: 'connect' });
const userKey = (id: string): Key => ({ pk: `user#${id}`, sk: 'connection' });
const athleteKey = (id: number): Key => ({ pk: `athlete#${id}`, sk: 'owner' });
const errandKey = (id: string): Key => ({ pk: `errand#${id}`, sk: 'errand' });
const kept = (connectionId: string) => `kept#${connectionId}`;
const padded = (activityId: number) => String(activityId).padStart(16, '0');
const activityKey = (connectionId: string, id: number): Key => ({
  pk: kept(connectionId),
  sk: `activity#${padded(id)}`,
});
const goneKey = (connectionId: string, id: number): Key => ({ pk: kept(connectionId), sk: `gone#${padded(id)}` });
const pointsPrefix = (id: number) => `points#${padded(id)}#`;
const pointsKey = (
  connectionId: string,
  { id, fetched_at }: Pick<Activity, 'id' | 'fetched_at'>,
  n: number | '',
): Key => ({
  pk: kept(connectionId),
  sk: `${pointsPrefix(id)}${fetched_at}#${n}`,
});
const ALLOWANCE: Key = { pk: 'allowance', sk: 'allowance' };

const PointsRow = z.object({ packed: z.instanceof(Uint8Array) }).transform(({ packed }) => unpack(packed));

const errandRow = (errand: Errand, now: Date) => ({
  ...errandKey(errand.id),
  ...errand,
  ...(isOpen(errand) ? { shard: openShard(errand.id) } : { expires_at: after(now, DONE_FOR) }),
});

export function stravaStore(client: DynamoDBDocumentClient, TableName: string): StravaStore {
  async function get<S extends z.ZodType>(schema: S, Key: Key): Promise<z.output<S> | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item === undefined ? undefined : schema.parse(Item);
  }

  const unchanged = ({ id, revision }: { readonly id: string; readonly revision: number }) => ({
    ConditionExpression: 'id = :id AND revision = :revision',
    ExpressionAttributeValues: { ':id': id, ':revision': revision },
  });

  const connectionOf: StravaStore['connectionOf'] = (userId) => get(Connection, userKey(userId));
  const findErrand: StravaStore['findErrand'] = (id) => get(Errand, errandKey(id));

  /** Whether there is what was asked for later. */
  async function isOutdated(connectionId: string, activityId: number, at: string): Promise<boolean> {
    const [activity, gone] = await Promise.all([
      get(Activity, activityKey(connectionId, activityId)),
      get(z.object({ at: z.string() }), goneKey(connectionId, activityId)),
    ]);
    return (activity !== undefined && activity.fetched_at > at) || (gone !== undefined && gone.at > at);
  }

  return {
    connectionOf,
    findErrand,

    async begin(state, userId, now) {
      const Item = { ...beginKey(state), user_id: userId, expires_at: after(now, BEGUN_FOR) };
      await client.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
    },

    async begunBy(state, now) {
      const begun = await get(Begun, beginKey(state));
      return begun && begun.expires_at > seconds(now) ? begun.user_id : undefined;
    },

    async takeBegun(state, now) {
      const taken = await unlessConditionFails(() =>
        client.send(
          new DeleteCommand({
            TableName,
            Key: beginKey(state),
            ConditionExpression: 'expires_at > :now',
            ExpressionAttributeValues: { ':now': seconds(now) },
            ReturnValues: 'ALL_OLD',
          }),
        ),
      );
      return taken && Begun.parse(taken.Attributes).user_id;
    },

    ownerOf: (athleteId) => get(Owner, athleteKey(athleteId)),

    async connect(connection, before) {
      const { id, user_id, athlete_id } = connection;
      return transact(client, [
        {
          Put: {
            TableName,
            Item: { ...userKey(user_id), ...connection },
            ...(before ? unchanged(before) : { ConditionExpression: 'attribute_not_exists(pk)' }),
          },
        },
        {
          Put: {
            TableName,
            Item: { ...athleteKey(athlete_id), user_id, connection_id: id },
            ConditionExpression: 'attribute_not_exists(pk) OR user_id = :user',
            ExpressionAttributeValues: { ':user': user_id },
          },
        },
      ]);
    },

    async beginRenewal(connection, until, now) {
      const { ConditionExpression, ExpressionAttributeValues } = unchanged(connection);
      const update = new UpdateCommand({
        TableName,
        Key: userKey(connection.user_id),
        UpdateExpression: 'SET renewing_until = :until',
        ConditionExpression: `${ConditionExpression} AND (attribute_not_exists(renewing_until) OR renewing_until < :now)`,
        ExpressionAttributeValues: {
          ...ExpressionAttributeValues,
          ':until': until.toISOString(),
          ':now': now.toISOString(),
        },
      });
      return pastTransactions(async () => (await unlessConditionFails(() => client.send(update))) !== undefined);
    },

    async renew(connection, tokens, accessUntil) {
      const { ConditionExpression, ExpressionAttributeValues } = unchanged(connection);
      const update = new UpdateCommand({
        TableName,
        Key: userKey(connection.user_id),
        UpdateExpression: 'SET tokens = :tokens, access_until = :until, revision = :next REMOVE renewing_until',
        ConditionExpression,
        ExpressionAttributeValues: {
          ...ExpressionAttributeValues,
          ':tokens': tokens,
          ':until': accessUntil.toISOString(),
          ':next': connection.revision + 1,
        },
      });
      return pastTransactions(async () => (await unlessConditionFails(() => client.send(update))) !== undefined);
    },

    async end(connection, errand, instead) {
      return transact(client, [
        { Delete: { TableName, Key: userKey(connection.user_id), ...unchanged(connection) } },
        { Delete: { TableName, Key: athleteKey(connection.athlete_id) } },
        {
          Put: {
            TableName,
            Item: errandRow(errand, new Date(errand.due)),
            ...(instead ? unchanged(instead) : { ConditionExpression: 'attribute_not_exists(pk)' }),
          },
        },
      ]);
    },

    async addErrand(errand) {
      const put = new PutCommand({
        TableName,
        Item: errandRow(errand, new Date(errand.due)),
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      return (await unlessConditionFails(() => client.send(put))) !== undefined;
    },

    async changeErrand(id, verb, now) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const before = await findErrand(id);
        if (!before) return undefined;
        const changed = verb(before);
        if (changed === before) return changed;
        const put = new PutCommand({ TableName, Item: errandRow(changed, now), ...unchanged(before) });
        try {
          await client.send(put);
          return changed;
        } catch (error) {
          if (!isLostRace(error)) throw error;
        }
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    open: (shard, until) => openEntries(client, TableName, OpenEntry, shard, until),

    async keep({ id, user_id }, activity, points, until) {
      const expires_at = seconds(until);
      const at = { ':at': activity.fetched_at };
      const rows: Write[] = chunks(points, POINTS_A_ROW).map((part, n) => ({
        Put: { TableName, Item: { ...pointsKey(id, activity, n), packed: pack(part).packed, expires_at } },
      }));
      const writes: Write[] = [
        {
          ConditionCheck: {
            TableName,
            Key: userKey(user_id),
            ConditionExpression: 'id = :id',
            ExpressionAttributeValues: { ':id': id },
          },
        },
        {
          ConditionCheck: {
            TableName,
            Key: goneKey(id, activity.id),
            ConditionExpression: 'attribute_not_exists(pk) OR #at <= :at',
            ExpressionAttributeNames: { '#at': 'at' },
            ExpressionAttributeValues: at,
          },
        },
        {
          Put: {
            TableName,
            Item: { ...activityKey(id, activity.id), ...activity, expires_at },
            ConditionExpression: 'attribute_not_exists(pk) OR fetched_at <= :at',
            ExpressionAttributeValues: at,
          },
        },
        ...rows,
      ];
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (await transact(client, writes)) return true;
        if ((await connectionOf(user_id))?.id !== id) return false;
        if (await isOutdated(id, activity.id, activity.fetched_at)) return true;
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    async drop(connectionId, activityId, at) {
      const gone = { ...goneKey(connectionId, activityId), at: at.toISOString(), expires_at: after(at, GONE_FOR) };
      const writes: Write[] = [
        { Put: { TableName, Item: gone } },
        {
          Delete: {
            TableName,
            Key: activityKey(connectionId, activityId),
            ConditionExpression: 'attribute_not_exists(pk) OR fetched_at <= :at',
            ExpressionAttributeValues: { ':at': gone.at },
          },
        },
      ];
      for (let attempt = 0; ; attempt++) {
        if (await transact(client, writes)) break;
        if (await isOutdated(connectionId, activityId, gone.at)) return;
        if (attempt === TRIES) throw new ChangedMeanwhile();
        await pause(attempt);
      }
      const points: Key[] = [];
      for await (const key of queryKeys(client, ofKept(connectionId, pointsPrefix(activityId)))) points.push(key);
      const before = `${pointsPrefix(activityId)}${gone.at}`;
      await writeMany(client, TableName, { remove: points.filter(({ sk }) => sk < before) });
    },

    async find(connectionId, activityId, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName, Key: activityKey(connectionId, activityId), ConsistentRead: true }),
      );
      if (Item === undefined || Number(Item.expires_at) <= seconds(now)) return undefined;
      return Activity.parse(Item);
    },

    list: (connectionId, page, now) => {
      const query = ofKept(connectionId, 'activity#');
      return queryPage(
        client,
        Activity,
        {
          ...query,
          // The TTL takes its time.
          FilterExpression: 'expires_at > :now',
          ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ':now': seconds(now) },
          ScanIndexForward: false,
        },
        page,
      );
    },

    async pointsOf(connectionId, activity) {
      const points: Point[] = [];
      const { sk } = pointsKey(connectionId, activity, '');
      for await (const row of queryAll(client, ofKept(connectionId, sk))) points.push(...PointsRow.parse(row));
      return points;
    },

    async clear(connectionId) {
      const keys: Key[] = [];
      for await (const key of queryKeys(client, ofKept(connectionId))) keys.push(key);
      await writeMany(client, TableName, { remove: keys });
    },

    async usedUpUntil() {
      const row = await get(z.object({ until: z.iso.datetime() }), ALLOWANCE);
      return row && new Date(row.until);
    },

    async useUp(until) {
      const update = new UpdateCommand({
        TableName,
        Key: ALLOWANCE,
        UpdateExpression: 'SET #until = :until',
        ConditionExpression: 'attribute_not_exists(pk) OR #until < :until',
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: { ':until': until.toISOString() },
      });
      await unlessConditionFails(() => client.send(update));
    },
  };

  /** Everything kept of a connection whose key begins so. */
  function ofKept(connectionId: string, beginning?: string) {
    return {
      TableName,
      KeyConditionExpression: beginning === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :beginning)',
      ExpressionAttributeValues: {
        ':pk': kept(connectionId),
        ...(beginning === undefined ? {} : { ':beginning': beginning }),
      },
    };
  }
}
