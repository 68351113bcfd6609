import Big from 'big.js';
import * as z from 'zod';
import { retryTime, textOf } from '../shared/answers.ts';
import type { Clock } from '../shared/clock.ts';
import { logger } from '../shared/logger.ts';
import { neverReachedServer, property } from '../shared/network-error.ts';
import { FeedFailed, ListedCoin, type PriceFeed } from './feed.ts';
import type { Market } from './market.ts';
import { NUMBER, quoteIn } from './quote.ts';

export interface CoinGeckoOptions {
  /** Where `/simple/price` and the other routes are, without a slash at the end. */
  readonly url: string;
  /** Empty: none. A secret. */
  readonly key: string;
  readonly timeoutMs: number;
  readonly now: Clock;
}

/** Paid keys have a host and a header of their own (CoinGecko API, Authentication). */
export const keyHeader = (host: string) =>
  host === 'pro-api.coingecko.com' ? 'x-cg-pro-api-key' : 'x-cg-demo-api-key';

/** Ids in one request (CoinGecko API, simple price), and characters of its query, which servers commonly take 8,000 of. */
const IDS_AT_ONCE = 250;
const QUERY_AT_MOST = 6_000;
/** Bytes of an answer: 250 coins in all currencies are below a megabyte, the list of all coins is some megabytes. */
const MOST_PRICES = 4 * 1024 * 1024;
const MOST_COINS = 32 * 1024 * 1024;

const Prices = z.record(z.string(), z.unknown());
const CoinList = z.array(z.unknown()).min(1);

/** 250 is the most that a page may have. */
const LARGEST = '/coins/markets?vs_currency=usd&order=market_cap_desc&per_page=250&page=1';
const LargeCoin = z.object({ id: z.string(), market_cap: z.string().regex(NUMBER) });

/**
 * The API of CoinGecko (https://docs.coingecko.com: Simple price, Coins list, Coins list with market data), or of whoever else speaks the first two
 * of these routes. Follows no redirect.
 */
export function coinGecko({ url, key, timeoutMs, now }: CoinGeckoOptions): PriceFeed {
  const { host } = new URL(url);
  const headers = {
    accept: 'application/json',
    'user-agent': 'Carillon (prices)',
    // A kept connection may have died unnoticed while the function was frozen.
    connection: 'close',
    ...(key === '' ? {} : { [keyHeader(host)]: key }),
  };

  async function get(path: string, mostBytes: number): Promise<unknown> {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(`${url}${path}`, { headers, redirect: 'manual', signal });
      if (response.status === 200) {
        const text = await textOf(response, mostBytes);
        if (text === undefined) throw new FeedFailed('TOO_LARGE');
        return parsed(text);
      }
      await response.body?.cancel();
      throw failureOf(response, now());
    } catch (error) {
      if (error instanceof FeedFailed) throw error;
      if (property(error, 'name') === 'TimeoutError') throw new FeedFailed('TIMED_OUT');
      // `fetch` reports every network failure as a TypeError with a cause.
      if (neverReachedServer(error) || property(error, 'cause') !== undefined) throw new FeedFailed('UNREACHABLE');
      throw error;
    }
  }

  return {
    source: host,

    async *quotes(markets) {
      for (const batch of batchesOf(markets)) {
        const query = queryOf(new Set(batch.map(({ coin }) => coin)), new Set(batch.map(({ currency }) => currency)));
        const answer = Prices.safeParse(await get(`/simple/price?${query}`, MOST_PRICES));
        if (!answer.success) throw new FeedFailed('NOT_UNDERSTOOD');
        const told = new Map(Object.entries(answer.data));
        yield batch.map((market) => ({ market, quote: quoteIn(told.get(market.coin), market.currency) }));
      }
    },

    async coins() {
      const answer = CoinList.safeParse(await get('/coins/list', MOST_COINS));
      if (!answer.success) throw new FeedFailed('NOT_UNDERSTOOD');
      return answer.data.flatMap((each) => ListedCoin.safeParse(each).data ?? []);
    },

    async largest() {
      try {
        const answer = z.array(z.unknown()).safeParse(await get(LARGEST, MOST_PRICES));
        if (!answer.success) throw new FeedFailed('NOT_UNDERSTOOD');
        const large = answer.data.flatMap((each) => LargeCoin.safeParse(each).data ?? []);
        return large.sort((a, b) => Big(b.market_cap).cmp(a.market_cap)).map(({ id }) => id);
      } catch (error) {
        if (!(error instanceof FeedFailed) || error.fault !== 'NOT_FOUND') throw error;
        logger.info('the price feed ranks no coins', { source: host });
        return [];
      }
    },
  };
}

const queryOf = (coins: Iterable<string>, currencies: Iterable<string>) =>
  new URLSearchParams({
    ids: [...coins].join(),
    vs_currencies: [...currencies].join(),
    include_last_updated_at: 'true',
    precision: 'full',
  });

/** Markets that fit into a request each, those of one coin together. */
function* batchesOf<M extends Market>(markets: readonly M[]): Generator<M[]> {
  const currencies = new Set(markets.map(({ currency }) => currency));
  const empty = queryOf([], currencies).toString().length;
  let batch: M[] = [];
  let ids = 0;
  let length = empty;
  for (const [coin, own] of Map.groupBy(markets, (market) => market.coin)) {
    const more = encodeURIComponent(coin).length + '%2C'.length;
    if (ids === IDS_AT_ONCE || (ids > 0 && length + more > QUERY_AT_MOST)) {
      yield batch;
      [batch, ids, length] = [[], 0, empty];
    }
    batch.push(...own);
    ids++;
    length += more;
  }
  if (batch.length > 0) yield batch;
}

/** What a JSON text says, with its numbers as the text has them: a float would lose digits. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' ? context?.source : value,
    );
  } catch {
    throw new FeedFailed('NOT_UNDERSTOOD');
  }
}

function failureOf({ status, headers }: Response, now: Date): FeedFailed {
  const retryAt = retryTime(headers.get('retry-after'), now);
  if (status === 429) return new FeedFailed('RATE_LIMITED', retryAt);
  if (status >= 500) return new FeedFailed('SERVER_ERROR', retryAt);
  if (status === 404) return new FeedFailed('NOT_FOUND');
  return new FeedFailed(status >= 300 && status < 400 ? 'REDIRECTED' : 'REFUSED');
}
