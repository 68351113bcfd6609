import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { type Key, queryAll, unlessConditionFails } from '../shared/dynamodb/items.ts';
import { DAY, HOUR } from '../shared/time.ts';
import {
  type Market,
  marketId,
  Observation,
  type Range,
  type Refusal,
  rangeOf,
  rightBefore,
  WatchedMarket,
} from './market.ts';

/*
 * Table prices:
 *
 *   pk                         sk                   what
 *   markets                    <coin>/<currency>    WatchedMarket
 *   history#<coin>/<currency>  <observed_at>        Observation, with `expires_at` (TTL, seconds)
 *   feed                       breaker              Breaker (breaker-store.ts)
 *   feed                       coins                the list of coins (coin-store.ts)
 *   feed                       asked#<minute>       how often setting alerts has asked the feed in it, with `expires_at` (budget.ts)
 *
 * Markets are in one partition, as a look reads all of them; it serves a thousand that change within a second, and a look changes each
 * once at the most. An observation is put into the history before the market names it, so that whatever the market names is there.
 */
const MARKETS = 'markets';

const marketKey = (market: Market): Key => ({ pk: MARKETS, sk: marketId(market) });
const historyOf = (market: Market) => `history#${marketId(market)}`;

/** The longest window that a change is looked for in is a day. Milliseconds. */
const REMEMBERED_FOR = DAY + 2 * HOUR;
/** Older than this no quote is accepted (PRICE_MAX_AGE is an hour at most). Milliseconds. */
const OLDEST = HOUR;

/** Markets that somebody wants to know the price of, and what was observed of them. Instants are ISO 8601 UTC. */
export interface MarketStore {
  /**
   * Somebody wants to know its price from now on. A market that nobody has watched begins with its price of this moment, where it is given,
   * which needs not be dealt with. Safe to repeat.
   */
  watch(market: Market, now: Date, current?: Observation): Promise<void>;
  /** All of them. Eventually consistent. */
  watched(): Promise<WatchedMarket[]>;
  /** One, as it is this moment. */
  find(market: Market): Promise<WatchedMarket | undefined>;
  /** Nobody wants to know any more: false when somebody has wanted to since `touchedAt`, and nothing is forgotten. */
  forget(market: Market, touchedAt: string): Promise<boolean>;

  /** Observations that are not dealt with, the oldest `limit` of them, in their order. Consistent. */
  untreated(market: Market, limit: number): Promise<Observation[]>;
  /** Those up to the one at `through` are dealt with. Safe to repeat, and late. */
  treated(market: Market, through: string): Promise<void>;
  /** The one at an instant is to be dealt with, again where it was, and so is what came after it. */
  untreat(market: Market, observedAt: string): Promise<void>;

  /** What was observed last at an instant, unless that was more than `tolerance` (milliseconds) before it. */
  priceAt(market: Market, at: Date, tolerance: number): Promise<Observation | undefined>;
  /** The lowest and highest from an instant to another, both included; undefined when nothing was observed. */
  range(market: Market, from: Date, to: Date): Promise<Range | undefined>;

  /** False when one that is not older was accepted meanwhile, or the market is forgotten; it may be in the history then. */
  accept(market: Market, observation: Observation): Promise<boolean>;
  /** Counts a look that has accepted nothing, unless another one has changed the market meanwhile. */
  refuse(market: WatchedMarket, reason: Refusal, suspect: WatchedMarket['suspect'], now: Date): Promise<void>;
}

export function marketStore(client: DynamoDBDocumentClient, table: string): MarketStore {
  async function change(
    market: Market,
    UpdateExpression: string,
    ConditionExpression: string,
    values: Record<string, unknown>,
  ): Promise<boolean> {
    const update = new UpdateCommand({
      TableName: table,
      Key: marketKey(market),
      UpdateExpression,
      ConditionExpression,
      ExpressionAttributeValues: values,
    });
    return (await unlessConditionFails(() => client.send(update))) !== undefined;
  }

  const read = <S extends z.ZodType>(schema: S, items: readonly unknown[]): z.output<S>[] =>
    items.map((item) => schema.parse(item));

  const between = (market: Market, from: string, to: string) => ({
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': historyOf(market), ':from': from, ':to': to },
  });

  async function remember(market: Market, observation: Observation): Promise<void> {
    const { observed_at } = observation;
    const expires_at = Math.ceil((Date.parse(observed_at) + REMEMBERED_FOR) / 1000);
    const Item = { pk: historyOf(market), sk: observed_at, ...observation, expires_at };
    await client.send(new PutCommand({ TableName: table, Item }));
  }

  async function find(market: Market): Promise<WatchedMarket | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: { ...marketKey(market) }, ConsistentRead: true }),
    );
    return Item && WatchedMarket.parse(Item);
  }

  return {
    async watch(market, now, current) {
      const at = now.toISOString();
      if (await change(market, 'SET touched_at = :now', 'attribute_exists(pk)', { ':now': at })) return;
      if (current) await remember(market, current);
      const treated = current?.observed_at ?? new Date(now.getTime() - OLDEST).toISOString();
      const { coin, currency } = market;
      const row: WatchedMarket = { coin, currency, since: at, touched_at: at, treated, latest: current };
      const put = new PutCommand({
        TableName: table,
        Item: { ...marketKey(market), ...row },
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      // Where it is there by now, somebody else has touched it at this very moment.
      await unlessConditionFails(() => client.send(put));
    },

    async watched() {
      const all = queryAll(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': MARKETS },
      });
      return read(WatchedMarket, await Array.fromAsync(all));
    },

    find,

    async forget(market, touchedAt) {
      const remove = new DeleteCommand({
        TableName: table,
        Key: { ...marketKey(market) },
        ConditionExpression: 'touched_at = :touched',
        ExpressionAttributeValues: { ':touched': touchedAt },
      });
      return (await unlessConditionFails(() => client.send(remove))) !== undefined;
    },

    async untreated(market, limit) {
      const watched = await find(market);
      if (!watched?.latest || watched.latest.observed_at <= watched.treated) return [];
      const { Items = [] } = await client.send(
        new QueryCommand({
          // Right behind the one that was treated last.
          ...between(market, `${watched.treated}+`, watched.latest.observed_at),
          ConsistentRead: true,
          Limit: limit,
        }),
      );
      return read(Observation, Items);
    },

    async treated(market, through) {
      await change(market, 'SET treated = :through', 'treated < :through', { ':through': through });
    },

    async untreat(market, observedAt) {
      const values = { ':before': rightBefore(observedAt), ':at': observedAt };
      await change(market, 'SET treated = :before', 'treated >= :at', values);
    },

    async priceAt(market, at, tolerance) {
      const from = new Date(at.getTime() - tolerance).toISOString();
      const { Items = [] } = await client.send(
        new QueryCommand({ ...between(market, from, at.toISOString()), ScanIndexForward: false, Limit: 1 }),
      );
      return read(Observation, Items)[0];
    },

    async range(market, from, to) {
      const all = queryAll(client, between(market, from.toISOString(), to.toISOString()));
      return rangeOf(read(Observation, await Array.fromAsync(all)));
    },

    async accept(market, observation) {
      await remember(market, observation);
      return change(
        market,
        'SET latest = :observation REMOVE suspect, refused',
        'attribute_exists(pk) AND (attribute_not_exists(latest) OR latest.observed_at < :at)',
        { ':observation': observation, ':at': observation.observed_at },
      );
    },

    async refuse({ latest, refused, ...market }, reason, suspect, now) {
      const since = refused?.since ?? now.toISOString();
      const unchanged = latest ? 'latest.observed_at = :at' : 'attribute_not_exists(latest)';
      await change(
        market,
        `SET refused = :refused ${suspect ? ', suspect = :suspect' : 'REMOVE suspect'}`,
        `attribute_exists(pk) AND ${unchanged}`,
        {
          ':refused': { reason, since, count: (refused?.count ?? 0) + 1 },
          ...(suspect ? { ':suspect': suspect } : {}),
          ...(latest ? { ':at': latest.observed_at } : {}),
        },
      );
    },
  };
}
