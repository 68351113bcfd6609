import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks } from '../../shared/chunks.ts';
import { type Key, pause, queryAll, queryKeys, transact, type Write, writeMany } from '../../shared/dynamodb/items.ts';
import { queryPage } from '../../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import type { Page, PageRequest } from '../../shared/http/cursor.ts';
import { DAY } from '../../shared/time.ts';
import type { Point } from '../runs/assessment.ts';
import { pack, unpack } from '../runs/packed-points.ts';
import { Activity } from './activity.ts';
import { Connection } from './connection.ts';
import { after, reader, seconds, TRIES, userKey } from './strava-rows.ts';

/** What is kept of athletes' activities. The rows are described in `strava-store.ts`. */
export interface ActivityStore {
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
  /** Deletes one that was gone at `at`, unless it was there later, or the connection is not. */
  drop(connection: Pick<Connection, 'id' | 'user_id'>, activityId: number, at: Date): Promise<void>;
  find(connectionId: string, activityId: number, now: Date): Promise<Activity | undefined>;
  /** Those of a connection that were uploaded last first. */
  list(connectionId: string, page: PageRequest, now: Date): Promise<Page<Activity>>;
  pointsOf(connectionId: string, activity: Activity): Promise<Point[]>;
  /** Deletes everything that was kept of a connection. */
  clear(connectionId: string): Promise<void>;
}

/** Milliseconds. */
const GONE_FOR = DAY;
/** Some 70 KB, packed. */
const POINTS_A_ROW = 10_000;

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

const PointsRow = z.object({ packed: z.instanceof(Uint8Array) }).transform(({ packed }) => unpack(packed));

export function activityStore(client: DynamoDBDocumentClient, TableName: string): ActivityStore {
  const get = reader(client, TableName);

  /** A condition on the connection being there: whoever ends it deletes what was kept before. */
  const whileConnected = ({ id, user_id }: Pick<Connection, 'id' | 'user_id'>): Write => ({
    ConditionCheck: {
      TableName,
      Key: userKey(user_id),
      ConditionExpression: 'id = :id',
      ExpressionAttributeValues: { ':id': id },
    },
  });

  const isConnected = async ({ id, user_id }: Pick<Connection, 'id' | 'user_id'>) =>
    (await get(Connection, userKey(user_id)))?.id === id;

  /** Whether there is what was asked for later. */
  async function isOutdated(connectionId: string, activityId: number, at: string): Promise<boolean> {
    const [activity, gone] = await Promise.all([
      get(Activity, activityKey(connectionId, activityId)),
      get(z.object({ at: z.string() }), goneKey(connectionId, activityId)),
    ]);
    return (activity !== undefined && activity.fetched_at > at) || (gone !== undefined && gone.at > at);
  }

  return {
    async keep({ id, user_id }, activity, points, until) {
      const expires_at = seconds(until);
      const at = { ':at': activity.fetched_at };
      const rows: Write[] = chunks(points, POINTS_A_ROW).map((part, n) => ({
        Put: { TableName, Item: { ...pointsKey(id, activity, n), packed: pack(part).packed, expires_at } },
      }));
      const writes: Write[] = [
        whileConnected({ id, user_id }),
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
        if (!(await isConnected({ id, user_id }))) return false;
        if (await isOutdated(id, activity.id, activity.fetched_at)) return true;
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    async drop(connection, activityId, at) {
      const connectionId = connection.id;
      const gone = { ...goneKey(connectionId, activityId), at: at.toISOString(), expires_at: after(at, GONE_FOR) };
      const writes: Write[] = [
        whileConnected(connection),
        {
          Put: {
            TableName,
            Item: gone,
            ConditionExpression: 'attribute_not_exists(pk) OR #at <= :at',
            ExpressionAttributeNames: { '#at': 'at' },
            ExpressionAttributeValues: { ':at': gone.at },
          },
        },
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
        if (!(await isConnected(connection)) || (await isOutdated(connectionId, activityId, gone.at))) return;
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
  };

  /** Everything kept of a connection whose key begins so. */
  function ofKept(connectionId: string, beginning?: string) {
    return {
      TableName,
      // What was kept a moment ago is deleted, too.
      ConsistentRead: true,
      KeyConditionExpression: beginning === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :beginning)',
      ExpressionAttributeValues: {
        ':pk': kept(connectionId),
        ...(beginning === undefined ? {} : { ':beginning': beginning }),
      },
    };
  }
}
