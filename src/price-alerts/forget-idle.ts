import type { Market } from '../prices/market.ts';
import type { MarketStore } from '../prices/market-store.ts';
import { HOUR } from '../shared/time.ts';
import type { ExpectedSeries, PlaceIndex } from './place-index.ts';

interface Deps {
  readonly places: Pick<PlaceIndex, 'isAwaited' | 'checked'>;
  readonly markets: Pick<MarketStore, 'find' | 'forget'>;
}

/** How often it is looked whether anybody still waits for a series. Milliseconds. */
const EVERY = HOUR;

const isLongAgo = (at: string, now: Date) => Date.parse(at) + EVERY <= now.getTime();

/**
 * Forgets series of a market that no live alert has waited for at two checks an hour apart (while an alert moves, the index may show it nowhere),
 * and the market when it has none left.
 */
export async function forgetIdle(
  market: Market,
  expected: readonly ExpectedSeries[],
  { places, markets }: Deps,
  now: Date,
): Promise<void> {
  for (const each of expected) {
    const { series, touched_at, checked_at, idle_since } = each;
    if (!isLongAgo(checked_at ?? touched_at, now)) continue;
    const found = (await places.isAwaited(market, series)) ? 'awaited' : idle_since ? 'forgotten' : 'idle';
    await places.checked(market, each, found, now);
  }
  if (expected.length > 0) return;
  const watched = await markets.find(market);
  if (watched && isLongAgo(watched.touched_at, now)) await markets.forget(market, watched.touched_at);
}
