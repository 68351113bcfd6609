import { InvalidRequest, problem } from '../shared/errors.ts';
import type { PriceFeed } from './feed.ts';
import { type Guarded, isFeedDown } from './guarded.ts';
import { type Market, marketId, type Observation } from './market.ts';
import type { MarketStore } from './market-store.ts';
import { judge, type Limits, type Quote } from './quote.ts';

/** 503: neither the feed nor what was observed last can tell. */
export class PriceUnavailable extends problem(
  'price-unavailable',
  503,
  'The price feed does not tell at the moment; try again in a while',
) {
  override readonly retryAfterSeconds = 60;
}

/** What a coin costs at this moment. */
export interface CurrentPrices {
  /**
   * The feed's quote, at most some seconds old in this process, which is observed by that where the market is watched; where the feed can't be
   * asked, or was asked often enough, what was observed last, while it is fresh.
   * Throws InvalidRequest (of `coin`) where the feed knows no price of the coin in this currency, and PriceUnavailable.
   */
  current(market: Market, now: Date): Promise<Observation>;
}

interface Deps {
  readonly feed: PriceFeed;
  readonly guarded: Guarded;
  readonly markets: Pick<MarketStore, 'find' | 'accept'>;
  readonly limits: Limits;
}

/** Milliseconds for which an answer is given again. */
const KEPT_FOR = 3_000;
const MOST_KEPT = 1_000;

export function currentPrices({ feed, guarded, markets, limits }: Deps): CurrentPrices {
  const kept = new Map<string, { observation: Observation; until: number }>();

  /** Undefined when the feed can't be asked. */
  async function asked(market: Market): Promise<{ quote: Quote | undefined } | undefined> {
    try {
      const [batch] = await guarded(() => Array.fromAsync(feed.quotes([market])));
      return { quote: batch?.[0]?.quote };
    } catch (error) {
      if (isFeedDown(error)) return undefined;
      throw error;
    }
  }

  async function find(market: Market, now: Date): Promise<Observation> {
    // In this order: what is asked after that is later news.
    const watched = await markets.find(market);
    const answer = await asked(market);
    const verdict = answer && judge(watched ?? {}, answer.quote, limits, now);
    if (verdict?.kind === 'ACCEPTED') {
      const observation = { ...verdict.observation, source: feed.source };
      // What begins with a price begins with an observation of its market: whatever is observed after that is newer.
      if (watched) await markets.accept(market, observation);
      return observation;
    }
    const oldest = new Date(now.getTime() - limits.maxAge).toISOString();
    if (watched?.latest && watched.latest.observed_at >= oldest) return watched.latest;
    if (verdict?.kind === 'REFUSED' && (verdict.reason === 'MISSING' || verdict.reason === 'NOT_A_PRICE')) {
      const reason = `has no price in ${market.currency} in the price feed`;
      throw new InvalidRequest([{ field: 'coin', reason }]);
    }
    throw new PriceUnavailable();
  }

  return {
    async current(market, now) {
      const id = marketId(market);
      const known = kept.get(id);
      if (known && known.until > now.getTime()) return known.observation;
      const observation = await find(market, now);
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(id, { observation, until: now.getTime() + KEPT_FOR });
      return observation;
    },
  };
}
