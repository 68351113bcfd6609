import { describe, expect, it } from '@jest/globals';
import type { CoinStore, KeptCoins } from '../../src/prices/coin-store.ts';
import { coins } from '../../src/prices/coins.ts';
import { PriceUnavailable } from '../../src/prices/current-price.ts';
import { FeedFailed, type ListedCoin, type PriceFeed } from '../../src/prices/feed.ts';
import { InvalidRequest } from '../../src/shared/errors.ts';

const LIST: ListedCoin[] = [
  { id: 'bitcoin', symbol: 'btc' },
  { id: 'ethereum', symbol: 'eth' },
  { id: 'ethereum-wormhole', symbol: 'ETH' },
  { id: 'eth', symbol: 'wrapped' },
  { id: 'Odd-Coin', symbol: 'odd' },
  { id: 'not,askable', symbol: 'na' },
  ...Array.from({ length: 14 }, (_, n) => ({ id: `dog-${n}`, symbol: 'dog' })),
];
const at = (minutes: number) => new Date(Date.parse('2026-11-21T12:00:00.000Z') + minutes * 60_000);

/** A world with a feed, which `list` answers for, and a table. */
function world(list: () => ListedCoin[], largest: () => string[] = () => []) {
  let asked = 0;
  let kept: KeptCoins | undefined;
  const feed: PriceFeed = {
    source: 'feed',
    async *quotes() {},
    async coins() {
      asked++;
      return list();
    },
    largest: async () => largest(),
  };
  const store: CoinStore = {
    read: async () => kept,
    put: async (list) => {
      kept = list;
    },
  };
  const process = () => coins({ feed, guarded: (ask) => ask(), store });
  return { process, asked: () => asked };
}

const named = (text: string) =>
  world(() => LIST)
    .process()
    .named(text, at(0));

describe('a coin', () => {
  it.each([
    ['bitcoin', 'bitcoin'],
    ['Bitcoin', 'bitcoin'],
    ['BTC', 'bitcoin'],
    ['btc', 'bitcoin'],
    ['eth', 'eth'],
    ['Odd-Coin', 'Odd-Coin'],
    ['ODD', 'Odd-Coin'],
  ])('may be called %s', async (text, id) => {
    expect(await named(text)).toBe(id);
  });

  it('that a symbol of several may mean has to be named, out of ten at the most', async () => {
    const refusal = await named('DOG').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidRequest);
    expect(refusal).toMatchObject({
      errors: [
        {
          field: 'coin',
          reason:
            'is the symbol of dog-0, dog-1, dog-2, dog-3, dog-4, dog-5, dog-6, dog-7, dog-8, dog-9 and 4 more; name one',
        },
      ],
    });
  });

  it.each(['dogecoin', '', 'constructor', '__proto__', 'not,askable', 'na'])('is not %j', async (text) => {
    await expect(named(text)).rejects.toMatchObject({
      errors: [{ field: 'coin', reason: 'is no coin that the price feed knows' }],
    });
  });
});

describe('a symbol of several coins', () => {
  const asks = (largest: () => string[]) => world(() => LIST, largest).process();

  it('is that of the largest', async () => {
    const one = asks(() => ['bitcoin', 'dog-7', 'dog-3', 'not-listed']);
    expect(await one.named('dog', at(0))).toBe('dog-7');
    expect(await one.named('DOG', at(0))).toBe('dog-7');
    expect(await one.named('dog-3', at(0))).toBe('dog-3');
  });

  it('has to be named where none of them is large', async () => {
    await expect(asks(() => ['bitcoin']).named('dog', at(0))).rejects.toBeInstanceOf(InvalidRequest);
  });

  it('is nothing that can be told while the feed does not say which are large; all others are', async () => {
    let works = false;
    const { process } = world(
      () => LIST,
      () => {
        if (works) return ['dog-7'];
        throw new FeedFailed('TIMED_OUT');
      },
    );
    await expect(process().named('dog', at(0))).rejects.toBeInstanceOf(PriceUnavailable);
    expect(await process().named('btc', at(0))).toBe('bitcoin');
    works = true;
    await expect(process().named('dog', at(9))).rejects.toBeInstanceOf(PriceUnavailable);
    expect(await process().named('dog', at(11))).toBe('dog-7');
    works = false;
    expect(await process().named('dog', at(48 * 60))).toBe('dog-7');
  });
});

describe('the list', () => {
  it('is fetched once a day for all functions', async () => {
    const { process, asked } = world(() => LIST);
    const one = process();
    for (const minute of [0, 60, 23 * 60]) await one.named('bitcoin', at(minute));
    await process().named('bitcoin', at(23 * 60));
    expect(asked()).toBe(1);
    await one.named('bitcoin', at(24 * 60 + 1));
    await process().named('bitcoin', at(24 * 60 + 2));
    expect(asked()).toBe(2);
  });

  it('is fetched again for a coin that is not in it, every ten minutes at the most', async () => {
    let list = LIST;
    const { process, asked } = world(() => list);
    const one = process();
    await one.named('bitcoin', at(0));
    const nobody = async (minute: number, of = one) =>
      expect(of.named('new-coin', at(minute))).rejects.toBeInstanceOf(InvalidRequest);
    for (const minute of [1, 5, 9]) await nobody(minute);
    expect(asked()).toBe(1);
    for (const minute of [11, 12, 15]) await nobody(minute);
    await nobody(15, process());
    expect(asked()).toBe(2);
    list = [...LIST, { id: 'new-coin', symbol: 'new' }];
    expect(await process().named('new-coin', at(22))).toBe('new-coin');
    expect(await one.named('new', at(23))).toBe('new-coin');
    expect(asked()).toBe(3);
  });

  it('is the old one while the feed does not answer', async () => {
    let works = true;
    const { process } = world(() => {
      if (works) return LIST;
      throw new FeedFailed('UNREACHABLE');
    });
    const one = process();
    await one.named('bitcoin', at(0));
    works = false;
    expect(await one.named('bitcoin', at(48 * 60))).toBe('bitcoin');
    expect(await process().named('bitcoin', at(48 * 60))).toBe('bitcoin');
  });

  it('can be told from no coin at all', async () => {
    const { process } = world(() => {
      throw new FeedFailed('UNREACHABLE');
    });
    await expect(process().named('bitcoin', at(0))).rejects.toBeInstanceOf(PriceUnavailable);
  });
});
