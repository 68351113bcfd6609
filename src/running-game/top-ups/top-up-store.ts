import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  isLostRace,
  type Key,
  pastTransactions,
  pause,
  queryKeys,
  transact,
  unlessConditionFails,
  type Write,
  writeMany,
} from '../../shared/dynamodb/items.ts';
import { type OpenEntry, openShard } from '../../shared/dynamodb/open-index.ts';
import { queryPage } from '../../shared/dynamodb/query-page.ts';
import { type TokenRows, tokenRows } from '../../shared/dynamodb/token-rows.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../../shared/errors.ts';
import type { Page, PageRequest } from '../../shared/http/cursor.ts';
import { DAY } from '../../shared/time.ts';
import type { Ledger } from '../wallet/ledger.ts';
import { openTopUps } from './open-top-ups.ts';
import { credit, isOpen, paymentName, rejectAsCredited, TopUp } from './top-up.ts';

/**
 * Table `game-top-ups`
 *
 * | pk             | sk      | holds |
 * | -------------- | ------- | --- |
 * | top-up#<id>    | top-up  | the top-up |
 * | top-up#<id>    | token   | the token of the Task that waits for its transaction, and the run that it is of; leaves by TTL (`leaves_at`) |
 * | payment#<name> | payment | which top-up a payment has bought coins for: `<chain>-<transaction>-<place>`; stays when its user has left |
 *
 * Index `by-user`: `user_id`, sorted by `listed_at` (`<creation>#<id>`). Index `open`, sparse: `shard` (`open#<n>`), sorted by `due`, of those
 * without an end, and of those whose end was not told yet.
 */
export interface TopUpStore extends TokenRows {
  /** Stores one; answers the first one for a repeated request. Throws IdempotencyKeyReused. */
  create(topUp: TopUp): Promise<TopUp>;
  find(id: string): Promise<TopUp | undefined>;
  /**
   * Applies a verb to it as it is at that moment, again when somebody else was faster, and answers it as it is after that; a verb that answers
   * the same changes nothing. Undefined when there is none (any more). Throws ChangedMeanwhile after too many rivals, and what the verb throws.
   */
  change(id: string, verb: (topUp: TopUp) => TopUp): Promise<TopUp | undefined>;
  /**
   * Puts the coins of one that is confirmed into its user's wallet, in the transaction that settles it; of one payment once, whoever asks how
   * often, also where two name the same. Any other is no change. Answers it as it is after that; undefined when there is none, or its user has
   * left. Throws ChangedMeanwhile after too many rivals.
   */
  credit(id: string, ledger: Pick<Ledger, 'postingWrites' | 'refusalOf'>, now: Date): Promise<TopUp | undefined>;
  /** The newest first. */
  ofUser(userId: string, page: PageRequest): Promise<Page<TopUp>>;
  /** Takes out all of a user's. What was paid with stays, without them. */
  forgetUser(userId: string): Promise<void>;
  /** Those of one shard that an execution has to do with since `until` or earlier, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenEntry>;
}

/** How often a change is made anew because somebody else was faster. */
const TRIES = 16;

/** Longer than any offer stands; milliseconds. */
const TOKEN_KEPT_FOR = 2 * DAY;

const topUpKey = (id: string): Key => ({ pk: `top-up#${id}`, sk: 'top-up' });
const tokenKey = (id: string): Key => ({ pk: `top-up#${id}`, sk: 'token' });
const paymentKey = (name: string): Key => ({ pk: `payment#${name}`, sk: 'payment' });

const rowOf = (topUp: TopUp) => ({
  ...topUpKey(topUp.id),
  ...topUp,
  listed_at: `${topUp.created_at}#${topUp.id}`,
  ...(isOpen(topUp) ? { shard: openShard(topUp.id) } : {}),
});

export function topUpStore(client: DynamoDBDocumentClient, TableName: string): TopUpStore {
  async function get(Key: Key): Promise<unknown> {
    return (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  }

  const find: TopUpStore['find'] = async (id) => {
    const item = await get(topUpKey(id));
    return item === undefined ? undefined : TopUp.parse(item);
  };

  const replacing = (before: TopUp, after: TopUp) => ({
    TableName,
    Item: rowOf(after),
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: { ':revision': before.revision },
  });

  const change: TopUpStore['change'] = async (id, verb) => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = await find(id);
      if (!before) return undefined;
      const after = verb(before);
      if (after === before) return after;
      try {
        await client.send(new PutCommand(replacing(before, after)));
        return after;
      } catch (error) {
        if (!isLostRace(error)) throw error;
      }
      await pause(attempt);
    }
    throw new ChangedMeanwhile();
  };

  return {
    find,
    change,

    async create(topUp) {
      const put = new PutCommand({ TableName, Item: rowOf(topUp), ConditionExpression: 'attribute_not_exists(pk)' });
      if (await unlessConditionFails(() => pastTransactions(() => client.send(put)))) return topUp;
      const existing = await find(topUp.id);
      // One that was forgotten in between belongs to nobody any more.
      if (existing?.fingerprint !== topUp.fingerprint) throw new IdempotencyKeyReused();
      return existing;
    },

    async credit(id, ledger, now) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const before = await find(id);
        if (before?.status !== 'CONFIRMED') return before;
        const after = credit(before, now);
        const name = paymentName(before);
        const posting = {
          user_id: before.user_id,
          key: `topup-${name}`,
          currency: 'coins',
          amount: before.coins,
          reason: 'TOP_UP',
          reference: id,
          at: now.toISOString(),
        } as const;
        const claim: Write = {
          Put: {
            TableName,
            Item: { ...paymentKey(name), top_up_id: id },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        };
        if (await transact(client, [claim, { Put: replacing(before, after) }, ...ledger.postingWrites(posting)]))
          return after;
        // It was credited by this very step before: the next turn finds it.
        const current = await find(id);
        if (current?.revision === before.revision) {
          if ((await get(paymentKey(name))) !== undefined)
            return change(id, (topUp) => (topUp.status === 'CONFIRMED' ? rejectAsCredited(topUp, now) : topUp));
          if ((await ledger.refusalOf(posting)) === 'CLOSED') return undefined;
        }
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    ofUser: (userId, page) =>
      queryPage(
        client,
        TopUp,
        {
          TableName,
          IndexName: 'by-user',
          KeyConditionExpression: 'user_id = :user',
          ExpressionAttributeValues: { ':user': userId },
          ScanIndexForward: false,
        },
        page,
      ),

    async forgetUser(userId) {
      const remove: Key[] = [];
      const keys = queryKeys(client, {
        TableName,
        IndexName: 'by-user',
        KeyConditionExpression: 'user_id = :user',
        ExpressionAttributeValues: { ':user': userId },
      });
      for await (const key of keys) remove.push(key, { ...key, sk: tokenKey('').sk });
      await writeMany(client, TableName, { remove });
    },

    ...tokenRows(client, TableName, { keyOf: tokenKey, ttl: 'leaves_at', keptFor: TOKEN_KEPT_FOR }),

    open: openTopUps(client, TableName),
  };
}
