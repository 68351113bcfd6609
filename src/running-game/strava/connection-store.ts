import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Key, pastTransactions, transact, unlessConditionFails } from '../../shared/dynamodb/items.ts';
import { MINUTE } from '../../shared/time.ts';
import { Connection } from './connection.ts';
import type { EndErrand, Errand } from './errand.ts';
import { after, errandRow, reader, seconds, unchanged, userKey } from './strava-rows.ts';

/** Who is connected to whose account at Strava, and who is about to be. The rows are described in `strava-store.ts`. */
export interface ConnectionStore {
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
  beginRenewal(connection: Connection, now: Date): Promise<boolean>;
  /** Replaces tokens, and ends the renewal. False when it has changed. */
  renew(connection: Connection, tokens: string, accessUntil: Date): Promise<boolean>;
  /** Writes down that Strava refuses its tokens. False when it has changed. */
  refuse(connection: Connection): Promise<boolean>;
  /** Ends a connection, which leaves an errand: a further one, or `instead` of another. False when one of them has changed. */
  end(connection: Connection, errand: EndErrand, instead?: Errand): Promise<boolean>;
}

const Begun = z.object({ user_id: z.string(), expires_at: z.int() });
const Owner = z.object({ user_id: z.string(), connection_id: z.string() });
type Owner = z.output<typeof Owner>;

/** Milliseconds. */
const BEGUN_FOR = 10 * MINUTE;
/** Longer no function lives that asks for new tokens. */
const RENEWAL = MINUTE;

const beginKey = (state: string): Key => ({ pk: `connect#${state}`, sk: 'connect' });
const athleteKey = (id: number): Key => ({ pk: `athlete#${id}`, sk: 'owner' });

export function connectionStore(client: DynamoDBDocumentClient, TableName: string): ConnectionStore {
  const get = reader(client, TableName);

  return {
    connectionOf: (userId) => get(Connection, userKey(userId)),

    async begin(state, userId, now) {
      const Item = { ...beginKey(state), user_id: userId, expires_at: after(now, BEGUN_FOR) };
      await client.send(new PutCommand({ TableName, Item }));
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

    async beginRenewal(connection, now) {
      const { ConditionExpression, ExpressionAttributeValues } = unchanged(connection);
      const update = new UpdateCommand({
        TableName,
        Key: userKey(connection.user_id),
        UpdateExpression: 'SET renewing_until = :until',
        ConditionExpression: `${ConditionExpression} AND (attribute_not_exists(renewing_until) OR renewing_until < :now)`,
        ExpressionAttributeValues: {
          ...ExpressionAttributeValues,
          ':until': new Date(now.getTime() + RENEWAL).toISOString(),
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
        UpdateExpression:
          'SET tokens = :tokens, access_until = :until, revision = :next REMOVE renewing_until, refused',
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

    async refuse(connection) {
      const { ConditionExpression, ExpressionAttributeValues } = unchanged(connection);
      const update = new UpdateCommand({
        TableName,
        Key: userKey(connection.user_id),
        UpdateExpression: 'SET refused = :true',
        ConditionExpression,
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ':true': true },
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
  };
}
