import { describe, expect, it } from '@jest/globals';
import { type Walk, walk } from '../../bench/walker.ts';
import { type Machine, shippedMachines } from '../../local/machines.ts';
import type { MinedPage } from '../../src/running-game/mining/mine-page.ts';

const machine = ((): Machine => {
  const found = shippedMachines().get('carillon-local-mining-round');
  if (!found) throw new Error('there is no such machine');
  return found;
})();

class Broken extends Error {
  override readonly name = 'TypeError';
}

/** The way through the machine, and what `mine-page` was handed; it answers these pages, the last one again and again. */
async function run(pages: readonly MinedPage[], input: object = { time: '2026-11-21T08:00:00Z' }) {
  const handed: unknown[] = [];
  const way: Walk = await walk(machine, input, {
    weather: 'calm',
    machine: () => machine,
    invoke(_, payload) {
      handed.push(payload);
      const page = pages[Math.min(handed.length, pages.length) - 1];
      if (!page) throw new Broken();
      return page;
    },
  });
  return { ...way, handed };
}

const begin = { shard: 0, after: null };
const next = { shard: 3, after: { pk: 'wallet#1', sk: 'balance', shard: 'wallets#3' } };
const page = (from: MinedPage['from'], failed = 0): MinedPage => ({ from, mined: 300, failed });

describe('a round of mining', () => {
  it('of an hour that one page is enough for ends after four transitions', async () => {
    const { entered, handed } = await run([page(null)]);
    expect(entered).toEqual(['BeginRound', 'MinePage', 'IsAnybodyLeft', 'RoundDone']);
    expect(handed).toEqual([{ round: '2026-11-21T08', from: begin }]);
  });

  it('goes on where the page before has ended, in the hour of its schedule', async () => {
    const { handed, entered } = await run([page(next), page(null)]);
    expect(handed).toEqual([
      { round: '2026-11-21T08', from: begin },
      { round: '2026-11-21T08', from: next },
    ]);
    expect(entered.at(-1)).toBe('RoundDone');
  });

  it('that an operator has started without a time is of the hour in which it has started', async () => {
    const hour = () => new Date().toISOString().slice(0, 13);
    const before = hour();
    const { handed } = await run([page(null)], {});
    expect([[{ round: before, from: begin }], [{ round: hour(), from: begin }]]).toContainEqual(handed);
  });

  it('which could not mine for somebody goes on with the others, and then says so', async () => {
    const { handed, failure } = await run([page(next, 1), page(null)]);
    expect([handed.length, failure]).toEqual([2, 'RoundIncomplete']);
  });

  it('fails where a page does for good', async () => {
    expect((await run([])).failure).toBe('RoundFailed');
  });

  it('has two thousand pages at the most, within what an execution may have, and says that somebody is left', async () => {
    const { handed, events, largest, failure } = await run([page(next)]);
    expect([handed.length, failure]).toEqual([2_000, 'RoundIncomplete']);
    expect(events).toBeLessThan(25_000);
    expect(largest.bytes).toBeLessThan(256 * 1024);
  });
});
