import { expect, it } from '@jest/globals';
import { prices } from '../../src/operations/sources/prices.ts';
import type { PriceTrouble } from '../../src/prices/troubles.ts';

const now = new Date('2026-12-01T18:00:00.000Z');
const since = '2026-12-01T17:00:00.000Z';
const link = 'https://example.com/prices';
const look = (...troubles: PriceTrouble[]) => prices({ troubles: async () => troubles, link }).look(now);

it('tells of a feed that fails once, whatever the reason is at the moment, and however often it fails', async () => {
  const [first] = await look({ kind: 'FEED', fault: 'TIMED_OUT', since, failures: 3 });
  const [later] = await look({ kind: 'FEED', fault: 'SERVER_ERROR', since, failures: 40 });
  expect(first).toEqual({
    source: 'prices',
    about: 'feed',
    what: "The price feed can't be asked: TIMED_OUT, and 3 in a row",
    where: 'price feed',
    since,
    count: 1,
    link,
  });
  expect([later?.about, later?.count]).toEqual([first?.about, first?.count]);
});

it('tells of markets without a quote by the reason, and names some', async () => {
  const markets = Array.from({ length: 7 }, (_, n) => `coin-${n}/usd`);
  const [found] = await look({ kind: 'NO_QUOTE', reason: 'STALE', since, markets });
  expect(found).toMatchObject({
    about: 'quotes#STALE',
    what: 'Prices are not taken: they are too old',
    where: 'coin-0/usd, coin-1/usd, coin-2/usd, coin-3/usd, coin-4/usd and 2 more',
    count: 7,
  });
});

it('tells of a market whose price was not compared with alerts', async () => {
  expect(await look({ kind: 'UNTREATED', market: 'bitcoin/usd', since })).toMatchObject([
    { about: 'untreated#bitcoin/usd', where: 'bitcoin/usd', since, count: 1 },
  ]);
});
