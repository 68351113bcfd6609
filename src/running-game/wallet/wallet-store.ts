import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  Key,
  pastTransactions,
  pause,
  queryAll,
  queryKeys,
  transact,
  unlessConditionFails,
  writeMany,
} from '../../shared/dynamodb/items.ts';
import { queryPage } from '../../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import type { Page, PageRequest } from '../../shared/http/cursor.ts';
import { shardOf } from '../../shared/shard.ts';
import { DAY } from '../../shared/time.ts';
import {
  Balance,
  type Currency,
  InsufficientFunds,
  type Ledger,
  NOTHING_YET,
  Posting,
  type Refusal,
} from './ledger.ts';

/**
 * Table `game-wallets`
 *
 * | pk               | sk          | holds |
 * | ---------------- | ----------- | --- |
 * | wallet#<user id> | balance     | what the user has, and `shard`; of one who has left `closed_at`, and leaves by TTL (`expires_at`) |
 * | wallet#<user id> | entry#<key> | a posting; never changed |
 * | wallet#<user id> | mining      | the user's energy (the room `mining`) |
 * | grant#<id>       | grant       | the fingerprint of the request that has asked for a grant; leaves by TTL (`expires_at`) |
 *
 * The balance changes only in the transaction that writes an entry, so it is at every moment the sum of the entries.
 *
 * Local index `by-time`: `listed_at` (`<currency>#<at>#<key>`), of entries. Index `wallets`, sparse: `shard` (`wallets#<n>`), sorted by
 * `pk`, of balances.
 */
export interface WalletStore extends Ledger {
  /** What was posted under a key. */
  entry(userId: string, key: string): Promise<Posting | undefined>;
  /** The entries of one currency, the newest first. Consistent. */
  entries(userId: string, currency: Currency, page: PageRequest): Promise<Page<Posting>>;
  /** Lets a request through for which its key was not used by another one. Throws IdempotencyKeyReused. */
  claimKey(creation: Creation, now: Date): Promise<void>;
  /** What all entries come to, read one after the other. */
  sums(userId: string): Promise<Balance>;
  /** Of the users who have a wallet those of one shard. */
  holders(shard: number, page: PageRequest): Promise<Page<string>>;
  /** Takes everything out of a wallet; what is posted to it later is refused. */
  close(userId: string, now: Date): Promise<void>;
}

/** How often a posting is tried because somebody else was at the wallet. */
const TRIES = 16;

/** Longer than anything that could still post to it; milliseconds. */
const CLOSED_FOR = 60 * DAY;

const walletOf = (userId: string) => `wallet#${userId}`;
const balanceKey = (userId: string): Key => ({ pk: walletOf(userId), sk: 'balance' });
const entryKey = ({ user_id, key }: Pick<Posting, 'user_id' | 'key'>): Key => ({
  pk: walletOf(user_id),
  sk: `entry#${key}`,
});
const shardName = (shard: number) => `wallets#${shard}`;

/** How long a key that was used for a grant is told from another; milliseconds. */
const KEY_KEPT_FOR = 7 * DAY;

const BalanceRow = z.union([z.object({ closed_at: z.string() }), Balance]);

export function walletStore(client: DynamoDBDocumentClient, TableName: string): WalletStore {
  async function get(Key: Key): Promise<unknown> {
    return (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  }

  /** Undefined for the wallet of somebody who has left. */
  async function standing(userId: string): Promise<Balance | undefined> {
    const item = await get(balanceKey(userId));
    if (item === undefined) return NOTHING_YET;
    const row = BalanceRow.parse(item);
    return 'closed_at' in row ? undefined : row;
  }

  const postingWrites: Ledger['postingWrites'] = (posting) => {
    const { user_id, key, currency, amount, at } = posting;
    const other = currency === 'coins' ? 'tokens' : 'coins';
    return [
      {
        Put: {
          TableName,
          Item: { ...entryKey(posting), ...posting, listed_at: `${currency}#${at}#${key}` },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      {
        Update: {
          TableName,
          Key: balanceKey(user_id),
          UpdateExpression:
            'SET #shard = :shard, #other = if_not_exists(#other, :none) ADD #currency :amount, version :one',
          ConditionExpression: `attribute_not_exists(closed_at)${amount < 0 ? ' AND #currency >= :spent' : ''}`,
          ExpressionAttributeNames: { '#shard': 'shard', '#currency': currency, '#other': other },
          ExpressionAttributeValues: {
            ':shard': shardName(shardOf(user_id)),
            ':none': 0,
            ':amount': amount,
            ':one': 1,
            ...(amount < 0 ? { ':spent': -amount } : {}),
          },
        },
      },
    ];
  };

  const entry: WalletStore['entry'] = async (user_id, key) => {
    const item = await get(entryKey({ user_id, key }));
    return item === undefined ? undefined : Posting.parse(item);
  };

  async function refusalOf(posting: Posting): Promise<Refusal | undefined> {
    const { user_id, key } = posting;
    // In this order: a balance that has it is of an entry that is there to be read after it.
    const balance = await standing(user_id);
    const before = await entry(user_id, key);
    if (before !== undefined) {
      const { currency, amount, reason } = before;
      if (currency === posting.currency && amount === posting.amount && reason === posting.reason)
        return 'POSTED_BEFORE';
      throw new IdempotencyKeyReused();
    }
    if (balance === undefined) return 'CLOSED';
    return balance[posting.currency] + posting.amount < 0 ? 'INSUFFICIENT' : undefined;
  }

  const entriesQuery = (userId: string) => ({
    TableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entry)',
    ExpressionAttributeValues: { ':pk': walletOf(userId), ':entry': 'entry#' },
    ConsistentRead: true,
  });

  return {
    postingWrites,
    refusalOf,
    entry,

    async post(posting) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (await transact(client, postingWrites(posting))) return 'POSTED';
        const refusal = await refusalOf(posting);
        if (refusal === 'INSUFFICIENT') throw new InsufficientFunds();
        if (refusal !== undefined) return refusal;
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    opening: (userId) => ({
      Update: {
        TableName,
        Key: balanceKey(userId),
        UpdateExpression:
          'SET #shard = :shard, coins = if_not_exists(coins, :none), tokens = if_not_exists(tokens, :none), version = if_not_exists(version, :none)',
        ConditionExpression: 'attribute_not_exists(closed_at)',
        ExpressionAttributeNames: { '#shard': 'shard' },
        ExpressionAttributeValues: { ':shard': shardName(shardOf(userId)), ':none': 0 },
      },
    }),

    balanceOf: async (userId) => (await standing(userId)) ?? NOTHING_YET,

    entries: (userId, currency, page) =>
      queryPage(
        client,
        Posting,
        {
          TableName,
          IndexName: 'by-time',
          KeyConditionExpression: 'pk = :pk AND begins_with(listed_at, :currency)',
          ExpressionAttributeValues: { ':pk': walletOf(userId), ':currency': `${currency}#` },
          ConsistentRead: true,
          ScanIndexForward: false,
        },
        page,
      ),

    async claimKey({ id, fingerprint }, now) {
      const put = new PutCommand({
        TableName,
        Item: {
          pk: `grant#${id}`,
          sk: 'grant',
          fingerprint,
          expires_at: Math.ceil((now.getTime() + KEY_KEPT_FOR) / 1000),
        },
        ConditionExpression: 'attribute_not_exists(pk) OR fingerprint = :fingerprint',
        ExpressionAttributeValues: { ':fingerprint': fingerprint },
      });
      if (!(await unlessConditionFails(() => client.send(put)))) throw new IdempotencyKeyReused();
    },

    async sums(userId) {
      const sums = { ...NOTHING_YET };
      for await (const item of queryAll(client, entriesQuery(userId))) {
        const { currency, amount } = Posting.parse(item);
        sums[currency] += amount;
        sums.version++;
      }
      return sums;
    },

    async holders(shard, page) {
      const { items, next } = await queryPage(
        client,
        Key,
        {
          TableName,
          IndexName: 'wallets',
          KeyConditionExpression: '#shard = :shard',
          ExpressionAttributeNames: { '#shard': 'shard' },
          ExpressionAttributeValues: { ':shard': shardName(shard) },
        },
        page,
      );
      return { items: items.map(({ pk }) => pk.slice('wallet#'.length)), next };
    },

    async close(userId, now) {
      const expires_at = Math.ceil((now.getTime() + CLOSED_FOR) / 1000);
      const closed = { ...balanceKey(userId), closed_at: now.toISOString(), expires_at };
      await pastTransactions(() => client.send(new PutCommand({ TableName, Item: closed })));
      const all = queryKeys(client, {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': walletOf(userId) },
        ConsistentRead: true,
      });
      const remove: Key[] = [];
      for await (const key of all) if (key.sk !== 'balance') remove.push(key);
      await writeMany(client, TableName, { remove });
    },
  };
}
