import { chunks } from '../shared/chunks.ts';
import type { Clock } from '../shared/clock.ts';
import { FeedFailed, type FeedFault, type PriceFeed, type Quoted } from './feed.ts';
import { FeedResting, type Guarded } from './guarded.ts';
import { marketId, type WatchedMarket } from './market.ts';
import type { MarketStore } from './market-store.ts';
import { judge, type Limits } from './quote.ts';

interface Deps {
  readonly feed: PriceFeed;
  readonly guarded: Guarded;
  readonly markets: MarketStore;
  readonly limits: Limits;
  readonly now: Clock;
}

/** What came of a look at all markets that are watched. */
export interface Look {
  /** The feed could not be asked, or not for all: it failed, or is left alone for a while. */
  readonly status: 'LOOKED' | 'FEED_UNAVAILABLE';
  readonly fault: FeedFault | 'RESTING' | null;
  readonly watched: number;
  readonly accepted: number;
  readonly refused: number;
  /** Ids of markets with observations that are not dealt with, also of looks before; those that wait the longest first. */
  readonly markets: readonly string[];
}

/** Ids in a state machine's data, of which there may be 256 KiB; the others come with the next look. */
const MOST_MARKETS = 1_000;
const AT_ONCE = 25;
/** After so many looks in vain a market is handed on without an observation, so that it can be forgotten when nobody waits for it. */
const FORGOTTEN_BY = 60;

/** Asks the feed what is watched, and keeps what it says, or why that was not accepted. Safe to repeat, and to overlap. */
export async function look({ feed, guarded, markets, limits, now }: Deps): Promise<Look> {
  const watched = await markets.watched();
  const waiting = new Map(watched.filter(isWaiting).map((market) => [marketId(market), market.treated]));
  const counts = { accepted: 0, refused: 0 };

  async function take({ market, quote }: Quoted<WatchedMarket>): Promise<void> {
    const verdict = judge(market, quote, limits, now());
    if (verdict.kind === 'UNCHANGED') return;
    if (verdict.kind === 'REFUSED') {
      counts.refused++;
      return markets.refuse(market, verdict.reason, verdict.suspect, now());
    }
    if (!(await markets.accept(market, { ...verdict.observation, source: feed.source }))) return;
    counts.accepted++;
    waiting.set(marketId(market), market.treated);
  }

  async function askAll(): Promise<void> {
    // Those that were observed the longest ago first, so that a look that breaks off is made up for by the next one.
    const order = watched.toSorted((a, b) => lastSeen(a).localeCompare(lastSeen(b)));
    for await (const quotes of feed.quotes(order)) {
      for (const some of chunks(quotes, AT_ONCE)) await Promise.all(some.map(take));
    }
  }

  const fault = watched.length === 0 ? null : await faultOf(() => guarded(askAll));
  const longestFirst = [...waiting].sort(([, a], [, b]) => a.localeCompare(b)).map(([id]) => id);
  return {
    status: fault === null ? 'LOOKED' : 'FEED_UNAVAILABLE',
    fault,
    watched: watched.length,
    ...counts,
    markets: longestFirst.slice(0, MOST_MARKETS),
  };
}

const lastSeen = ({ latest }: WatchedMarket) => latest?.observed_at ?? '';

const isWaiting = ({ latest, treated, refused }: WatchedMarket) =>
  (latest !== undefined && latest.observed_at > treated) ||
  (refused !== undefined && refused.count % FORGOTTEN_BY === 0);

/** Null when nothing failed; what is not the feed's fault is thrown. */
async function faultOf(work: () => Promise<void>): Promise<FeedFault | 'RESTING' | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof FeedFailed) return error.fault;
    if (error instanceof FeedResting) return 'RESTING';
    throw error;
  }
}
