import { HOUR, MINUTE } from '../shared/time.ts';
import { type Breaker, MOST_FAILURES } from './breaker.ts';
import type { BreakerStore } from './breaker-store.ts';
import type { FeedFault } from './feed.ts';
import { marketId, type Refusal, type WatchedMarket } from './market.ts';
import type { MarketStore } from './market-store.ts';

/** What is wrong with prices. Instants are ISO 8601 UTC. */
export type PriceTrouble =
  /** It has failed several times in a row, or wants to be left alone for long. */
  | { readonly kind: 'FEED'; readonly fault: FeedFault | undefined; readonly since: string; readonly failures: number }
  /** Markets of which no quote was accepted for long, for one reason; `UNSEEN`: nobody has looked. */
  | {
      readonly kind: 'NO_QUOTE';
      readonly reason: Refusal | 'UNSEEN';
      readonly since: string;
      readonly markets: readonly string[];
    }
  /** What was observed of a market is not dealt with for long. */
  | { readonly kind: 'UNTREATED'; readonly market: string; readonly since: string };

interface Deps {
  readonly breaker: BreakerStore;
  readonly markets: MarketStore;
  /** What quotes have to keep to; milliseconds. */
  readonly maxAge: number;
  /** How often prices are looked at; milliseconds. */
  readonly interval: number;
}

/** So many times the greatest age of a quote, and so many looks, a market may be without one. */
const AGES = 3;
/** So long after the breaker has let a function ask, nobody has, as nothing is watched; or so many looks. Milliseconds. */
const UNASKED = HOUR;
const LOOKS_UNASKED = 2;
/** Observations are dealt with right after the look that has accepted them, or the next one. Milliseconds. */
const TREATED_WITHIN = 10 * MINUTE;
/** The history of so many markets is read, of those that wait the longest. */
const MOST_LOOKED_AT = 20;

export async function priceTroubles(now: Date, { breaker, markets, maxAge, interval }: Deps): Promise<PriceTrouble[]> {
  const [state, watched] = await Promise.all([breaker.read(), markets.watched()]);
  const longAgo = new Date(now.getTime() - AGES * Math.max(maxAge, interval)).toISOString();
  const feed = feedTrouble(state, longAgo, new Date(now.getTime() - Math.max(UNASKED, LOOKS_UNASKED * interval)));
  // What the feed does not answer for, no market can be blamed for.
  const unquoted = feed ? [feed] : withoutQuote(watched, longAgo);
  return [...unquoted, ...(await untreated(watched))];

  async function untreated(all: readonly WatchedMarket[]): Promise<PriceTrouble[]> {
    const before = new Date(now.getTime() - maxAge - TREATED_WITHIN).toISOString();
    const late = all
      .filter(({ latest, treated }) => latest !== undefined && latest.observed_at > treated && treated < before)
      .sort((a, b) => a.treated.localeCompare(b.treated))
      .slice(0, MOST_LOOKED_AT);
    const found = late.map(async (market): Promise<PriceTrouble[]> => {
      const [oldest] = await markets.untreated(market, 1);
      if (!oldest || oldest.observed_at >= before) return [];
      return [{ kind: 'UNTREATED', market: marketId(market), since: oldest.observed_at }];
    });
    return (await Promise.all(found)).flat();
  }
}

function feedTrouble(
  { failures, since, fault, open_until }: Breaker,
  longAgo: string,
  unasked: Date,
): PriceTrouble | undefined {
  if (since === undefined || open_until === undefined || open_until < unasked.toISOString()) return undefined;
  // Told to wait for an hour, it fails once an hour.
  if (failures < MOST_FAILURES && since > longAgo) return undefined;
  return { kind: 'FEED', fault, since, failures };
}

function withoutQuote(watched: readonly WatchedMarket[], before: string): PriceTrouble[] {
  const quiet = watched.filter((market) => quietSince(market) < before);
  return [...Map.groupBy(quiet, ({ refused }) => refused?.reason ?? 'UNSEEN')].map(([reason, some]) => {
    const since = some.map(quietSince).sort()[0] ?? before;
    return { kind: 'NO_QUOTE', reason, since, markets: some.map(marketId) };
  });
}

const quietSince = ({ latest, since }: WatchedMarket) => latest?.observed_at ?? since;
