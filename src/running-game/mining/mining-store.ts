import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Key, transact, type Write } from '../../shared/dynamodb/items.ts';
import type { EmptyAt } from './mining.ts';

/** A user's energy. */
export interface MiningState {
  readonly emptyAt: EmptyAt;
  /** The hour, `2026-11-21T08` (UTC), of the last round that has mined for them. */
  readonly round: string | undefined;
  /** How often was mined. */
  readonly version: number;
}

/** A row of table `game-wallets` (`wallet/wallet-store.ts`), which leaves with its wallet: wallet#<user id> | mining. */
export interface MiningStore {
  /** As it is this moment. */
  find(userId: string): Promise<MiningState>;
  /** Replaces it together with other writes; false when nothing was written, because it has changed, or one of these does not hold. */
  replace(userId: string, before: MiningState, after: MiningState, others: readonly Write[]): Promise<boolean>;
}

const NEVER: MiningState = { emptyAt: undefined, round: undefined, version: 0 };

const Row = z
  .object({ empty_at: z.iso.datetime(), round: z.string().optional(), version: z.int() })
  .transform(({ empty_at, round, version }): MiningState => ({ emptyAt: new Date(empty_at), round, version }));

const keyOf = (userId: string): Key => ({ pk: `wallet#${userId}`, sk: 'mining' });

export function miningStore(client: DynamoDBDocumentClient, TableName: string): MiningStore {
  return {
    async find(userId) {
      const get = new GetCommand({ TableName, Key: keyOf(userId), ConsistentRead: true });
      const { Item } = await client.send(get);
      return Item === undefined ? NEVER : Row.parse(Item);
    },

    replace(userId, before, { emptyAt, round, version }, others) {
      const Item = { ...keyOf(userId), empty_at: emptyAt?.toISOString(), round, version };
      const unchanged =
        before.version === 0
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : { ConditionExpression: 'version = :seen', ExpressionAttributeValues: { ':seen': before.version } };
      return transact(client, [{ Put: { TableName, Item, ...unchanged } }, ...others]);
    },
  };
}
