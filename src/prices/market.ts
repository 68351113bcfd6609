import * as z from 'zod';
import { comparePrices, Price } from './price.ts';

/** What a price can be told in: CoinGecko's `/simple/supported_vs_currencies`, as of 2025. None may go, because markets name them. */
export const CURRENCIES = [
  ...['usd', 'eur', 'gbp', 'pln', 'aed', 'ars', 'aud', 'bdt', 'bhd', 'bmd', 'brl', 'cad', 'chf', 'clp', 'cny', 'czk'],
  ...['dkk', 'gel', 'hkd', 'huf', 'idr', 'ils', 'inr', 'jpy', 'krw', 'kwd', 'lkr', 'mmk', 'mxn', 'myr', 'ngn', 'nok'],
  ...['nzd', 'php', 'pkr', 'rub', 'sar', 'sek', 'sgd', 'thb', 'try', 'twd', 'uah', 'vef', 'vnd', 'zar', 'xdr', 'xag'],
  ...['xau', 'btc', 'eth', 'ltc', 'bch', 'bnb', 'eos', 'xrp', 'xlm', 'link', 'dot', 'yfi', 'sol', 'bits', 'sats'],
] as const;
export const Currency = z.enum(CURRENCIES);
export type Currency = z.output<typeof Currency>;

/** The feed's id of a coin, such as `bitcoin`. */
export const CoinId = z.string().regex(/^[^\s,/#]{1,100}$/, "must be the feed's id of a coin, such as bitcoin");
export type CoinId = z.output<typeof CoinId>;

/** What has a price: a coin in a currency. */
export const Market = z.object({ coin: CoinId, currency: Currency });
export type Market = z.output<typeof Market>;

/** `bitcoin/usd`; `marketOf` reads it. */
export const marketId = ({ coin, currency }: Market): string => `${coin}/${currency}`;

/** Throws ZodError for what is no market's id. */
export function marketOf(id: string): Market {
  const [coin, currency] = id.split('/');
  return Market.parse({ coin, currency });
}

const Instant = z.iso.datetime();

/** A quote that was accepted. */
export const Observation = z.object({
  price: Price,
  /** When the feed saw it; instant, ISO 8601 UTC. It is what orders the observations of a market. */
  observed_at: Instant,
  /** The one accepted before it; absent for a market's first. */
  previous_price: Price.optional(),
  /** The feed's host. */
  source: z.string(),
});
export type Observation = z.output<typeof Observation>;

/** The last instant before an observation's. */
export const rightBefore = (observedAt: string): string => new Date(Date.parse(observedAt) - 1).toISOString();

/** Why a quote was not accepted. */
export const Refusal = z.enum(['MISSING', 'NOT_A_PRICE', 'NO_TIME', 'FROM_THE_FUTURE', 'STALE', 'SUSPECT']);
export type Refusal = z.output<typeof Refusal>;

/** A market that somebody wants to know the price of, as it stands. */
export const WatchedMarket = Market.extend({
  /** When somebody first wanted to, and last. */
  since: Instant,
  touched_at: Instant,
  /** Observations up to this one are dealt with. */
  treated: Instant,
  /** What was accepted last. */
  latest: Observation.optional(),
  /** A jump that a later quote has to confirm. */
  suspect: z.object({ price: Price, observed_at: Instant }).optional(),
  /** Since the last accepted quote: how many looks in a row have found none, since when, and why the last one did not. */
  refused: z.object({ reason: Refusal, since: Instant, count: z.int() }).optional(),
});
export type WatchedMarket = z.output<typeof WatchedMarket>;

/** The lowest and the highest price of some observations. */
export interface Range {
  readonly low: Observation;
  readonly high: Observation;
}

/** Undefined of none. */
export function rangeOf(observations: readonly Observation[]): Range | undefined {
  const [first] = observations;
  if (!first) return undefined;
  return observations.reduce(
    ({ low, high }, each) => ({
      low: comparePrices(each.price, low.price) < 0 ? each : low,
      high: comparePrices(each.price, high.price) > 0 ? each : high,
    }),
    { low: first, high: first },
  );
}
