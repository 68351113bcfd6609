import type { Market, Observation } from '../prices/market.ts';
import type { MarketStore } from '../prices/market-store.ts';
import { HOUR } from '../shared/time.ts';
import { changeBetween, type Reading, Reference, type Series, secondsOf, Within, windowLength } from './condition.ts';

export type PriceHistory = Pick<MarketStore, 'priceAt' | 'range'>;

/** How long before a window a price may have been observed to count as the one at its beginning. Milliseconds. */
const tolerance = (length: number) => Math.min(length, HOUR) / 2;

/**
 * What an observation makes of some series of its market. A change is absent where there is no price to reckon it from. The lowest and highest
 * of a window are of what was observed in it: where that is not all of the window, the change may be less than it was, never more.
 */
export async function readingOf(
  market: Market,
  observation: Observation,
  series: readonly Series[],
  history: PriceHistory,
): Promise<Reading> {
  const values = await Promise.all(
    series.map(async (each) => {
      const value = await reckon(each, market, observation, history);
      return value === undefined ? [] : [[each, value] as const];
    }),
  );
  return { ...observation, values: Object.fromEntries(values.flat()) };
}

async function reckon(
  series: Series,
  market: Market,
  { price, observed_at }: Observation,
  history: PriceHistory,
): Promise<string | undefined> {
  const at = new Date(observed_at);
  if (series === 'price') return price;
  if (series === 'time') return secondsOf(at);
  const [kind, within, against] = series.split('/');
  const from = await referencePrice(market, at, Within.parse(within), Reference.parse(against), history);
  if (from === undefined) return undefined;
  const change = changeBetween(from, price);
  return kind === 'move' ? change.replace('-', '') : change;
}

async function referencePrice(
  market: Market,
  at: Date,
  within: Within,
  against: Reference,
  history: PriceHistory,
): Promise<string | undefined> {
  const length = windowLength(within);
  const from = new Date(at.getTime() - length);
  if (against === 'window_open') return (await history.priceAt(market, from, tolerance(length)))?.price;
  const range = await history.range(market, from, at);
  return against === 'window_low' ? range?.low.price : range?.high.price;
}
