import { describe, expect, it } from '@jest/globals';
import { type Walk, walk } from '../../bench/walker.ts';
import { type Machine, shippedMachines } from '../../local/machines.ts';
import type { Left } from '../../src/price-alerts/fire-alerts.ts';

const machine = ((): Machine => {
  const found = shippedMachines().get('carillon-local-price-watch');
  if (!found) throw new Error('there is no such machine');
  return found;
})();

class Broken extends Error {
  override readonly name = 'TypeError';
}

interface Answers {
  readonly status?: 'LOOKED' | 'FEED_UNAVAILABLE';
  readonly markets?: readonly string[];
  /** What each call of `fire-alerts` leaves, the last one again and again. */
  readonly left?: readonly Left[];
  readonly breaks?: 'fetch-prices' | 'fire-alerts';
}

/** The way through the machine, and what `fire-alerts` was handed. */
async function run({ status = 'LOOKED', markets = [], left = [], breaks }: Answers) {
  const handed: unknown[] = [];
  const way: Walk = await walk(
    machine,
    { time: 'whatever the schedule says' },
    {
      weather: 'calm',
      machine: () => machine,
      invoke(arn, payload) {
        if (breaks && arn.endsWith(breaks)) throw new Broken();
        if (arn.endsWith('fetch-prices')) return { status, fault: null, watched: 1, accepted: 1, refused: 0, markets };
        handed.push(payload);
        return left[Math.min(handed.length, left.length) - 1];
      },
    },
  );
  return { ...way, handed };
}

const DONE: Left = { markets: [], from: null };
const BITCOIN = 'bitcoin/usd';

describe('a look', () => {
  it('that finds nothing ends after three transitions', async () => {
    const { entered, transitions } = await run({});
    expect([entered, transitions]).toEqual([['FetchPrices', 'IsAnythingLeft', 'WatchDone'], 3]);
  });

  it('hands on what is left until nothing is', async () => {
    const from = { observed_at: '2026-11-21T12:00:00Z', place: 'price/rise', after: { pk: 'user#1', bound: '1' } };
    const { entered, handed } = await run({
      markets: [BITCOIN, 'ethereum/usd'],
      left: [{ markets: [BITCOIN, 'ethereum/usd'], from }, { markets: ['ethereum/usd'], from: null }, DONE],
    });
    expect(handed).toEqual([
      { markets: [BITCOIN, 'ethereum/usd'], from: null },
      { markets: [BITCOIN, 'ethereum/usd'], from },
      { markets: ['ethereum/usd'], from: null },
    ]);
    expect(entered.at(-1)).toBe('WatchDone');
  });

  it('without the feed deals with what was observed before, and says that the feed is away', async () => {
    const status = 'FEED_UNAVAILABLE';
    expect((await run({ status })).entered).toEqual(['FetchPrices', 'IsAnythingLeft', 'FeedUnavailable']);
    const { entered, handed } = await run({ status, markets: [BITCOIN], left: [DONE] });
    expect([handed.length, entered.at(-1)]).toEqual([1, 'FeedUnavailable']);
  });

  it.each(['fetch-prices', 'fire-alerts'] as const)('fails where %s does for good', async (breaks) => {
    const { entered, failure } = await run({ breaks, markets: [BITCOIN] });
    expect([entered.at(-1), failure]).toEqual(['WatchFailed', 'WatchFailed']);
  });

  it('goes on a thousand times at the most, within what an execution may have', async () => {
    const markets = Array.from({ length: 1_000 }, (_, n) => `${'a coin with a rather long name '.repeat(2)}${n}/usd`);
    const { handed, entered, events, largest } = await run({ markets, left: [{ markets, from: null }] });
    expect([handed.length, entered.at(-1)]).toEqual([1_000, 'WatchDone']);
    expect(events).toBeLessThan(25_000);
    expect(largest.bytes).toBeLessThan(256 * 1024);
  });
});
