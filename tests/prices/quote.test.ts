import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WatchedMarket } from '../../src/prices/market.ts';
import { comparePrices } from '../../src/prices/price.ts';
import { judge, type Quote, quoteIn } from '../../src/prices/quote.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const LIMITS = { maxAge: 5 * 60_000, maxJump: 30 };
const seconds = (ago: number) => String(NOW.getTime() / 1000 - ago);
const instant = (ago: number) => new Date(NOW.getTime() - ago * 1000).toISOString();
const quote = (price: string, ago = 10): Quote => ({ price, at: seconds(ago) });
const latest = (price: string, ago = 60) => ({ latest: { price, observed_at: instant(ago), source: 'feed' } });

const reasonFor = (told: Quote | undefined, market: Parameters<typeof judge>[0] = {}) => {
  const verdict = judge(market, told, LIMITS, NOW);
  return verdict.kind === 'REFUSED' ? verdict.reason : verdict.kind;
};

describe('a quote', () => {
  it('is accepted with its time, and with the price before it', () => {
    expect(judge({}, quote('64250.50'), LIMITS, NOW)).toEqual({
      kind: 'ACCEPTED',
      observation: { price: '64250.5', observed_at: instant(10) },
    });
    expect(judge(latest('64000'), quote('64250.5'), LIMITS, NOW)).toMatchObject({
      observation: { price: '64250.5', previous_price: '64000' },
    });
  });

  it.each([
    ['1e-7', '0.0000001'],
    ['2.5267e-06', '0.0000025267'],
    ['1.5E+3', '1500'],
    ['0.12345678901234567891', '0.123456789012345679'],
    ['67187.3358936566', '67187.3358936566'],
  ])('of %s is the price %s', (text, price) => {
    expect(judge({}, quote(text), LIMITS, NOW)).toMatchObject({ observation: { price } });
  });

  it.each(['0', '0.0', '-5', '1e-19', '1e999', '1e15', 'NaN', 'null', '', '1,5', '0x10', '9'.repeat(61)])(
    'of %j is no price',
    (text) => {
      expect(reasonFor(quote(text))).toBe('NOT_A_PRICE');
    },
  );

  it('is refused where it is missing, or is of another type', () => {
    expect(reasonFor(undefined)).toBe('MISSING');
    expect(reasonFor({ price: undefined, at: seconds(1) })).toBe('NOT_A_PRICE');
  });

  it.each([undefined, 'soon', '-1', '1763726400000', '1e9'])('is refused at the time %j', (at) => {
    expect(reasonFor({ price: '5', at })).toBe('NO_TIME');
  });

  it('is refused when it is older than the limit, or from the future; clocks may differ by a minute', () => {
    expect(reasonFor(quote('5', 300))).toBe('ACCEPTED');
    expect(reasonFor(quote('5', 301))).toBe('STALE');
    expect(reasonFor(quote('5', -60))).toBe('ACCEPTED');
    expect(reasonFor(quote('5', -61))).toBe('FROM_THE_FUTURE');
  });

  it('is refused as stale though it is the one accepted last', () => {
    expect(reasonFor(quote('5', 400), latest('5', 400))).toBe('STALE');
  });

  it('changes nothing when it is not newer than what was accepted, whatever it says', () => {
    expect(reasonFor(quote('5', 60), latest('5', 60))).toBe('UNCHANGED');
    expect(reasonFor(quote('6', 61), latest('5', 60))).toBe('UNCHANGED');
    expect(reasonFor(quote('6', 59.5), latest('5', 59.5))).toBe('UNCHANGED');
  });

  it('of the second of the one before, with another price, was seen after it: feeds tell whole seconds', () => {
    const told = (price: string, ago: number, before: ReturnType<typeof latest>) =>
      judge(before, quote(price, ago), LIMITS, NOW);
    const second = told('6', 60, latest('5', 60));
    expect(second).toEqual({
      kind: 'ACCEPTED',
      observation: { price: '6', previous_price: '5', observed_at: instant(59.999) },
    });
    expect(told('6', 60, latest('6', 59.999))).toEqual({ kind: 'UNCHANGED' });
    expect(told('5', 60, latest('6', 59.999))).toMatchObject({ observation: { observed_at: instant(59.998) } });
    expect(told('5', 60, latest('6', 59.001))).toEqual({ kind: 'UNCHANGED' });
    expect(told('5', 60, latest('6', 59))).toEqual({ kind: 'UNCHANGED' });
    expect(told('900', 60, latest('5', 60))).toMatchObject({ kind: 'REFUSED', reason: 'SUSPECT' });
  });
});

describe('a jump', () => {
  const before = latest('100');

  it.each(['130', '76.93', '99', '100'])('is none from 100 to %s', (price) => {
    expect(reasonFor(quote(price), before)).toBe('ACCEPTED');
  });

  it.each(['130.01', '76.92', '1', '1000000'])('is suspect from 100 to %s', (price) => {
    expect(judge(before, quote(price, 10), LIMITS, NOW)).toEqual({
      kind: 'REFUSED',
      reason: 'SUSPECT',
      suspect: { price, observed_at: instant(10) },
    });
  });

  const held = { ...before, suspect: { price: '200', observed_at: instant(30) } };

  it('is confirmed by a newer quote near it', () => {
    expect(judge(held, quote('190', 10), LIMITS, NOW)).toEqual({
      kind: 'ACCEPTED',
      observation: { price: '190', observed_at: instant(10), previous_price: '100' },
    });
  });

  it('is not confirmed by the same quote seen again, or by an older one', () => {
    expect(judge(held, quote('200', 30), LIMITS, NOW)).toMatchObject({ reason: 'SUSPECT', suspect: held.suspect });
    expect(judge(held, quote('200', 40), LIMITS, NOW)).toMatchObject({ reason: 'SUSPECT', suspect: held.suspect });
  });

  it('is not confirmed by another jump, which is held in its place', () => {
    expect(judge(held, quote('900', 10), LIMITS, NOW)).toMatchObject({
      reason: 'SUSPECT',
      suspect: { price: '900', observed_at: instant(10) },
    });
  });

  it('is dropped by a quote near the accepted price', () => {
    expect(reasonFor(quote('101'), held)).toBe('ACCEPTED');
  });

  it('stays held while there is no usable quote', () => {
    expect(judge(held, undefined, LIMITS, NOW)).toMatchObject({ reason: 'MISSING', suspect: held.suspect });
  });
});

it('takes any two neighbouring quotes for what they are, in both directions alike', () => {
  const price = fc.bigInt({ min: 1n, max: 10n ** 24n }).map((n) => {
    const digits = n.toString().padStart(19, '0');
    return `${digits.slice(0, -18)}.${digits.slice(-18)}`;
  });
  fc.assert(
    fc.property(price, price, (a, b) => {
      const [up, down] = [reasonFor(quote(b), latest(a)), reasonFor(quote(a), latest(b))];
      expect(up).toBe(down);
      if (comparePrices(a, b) === 0) expect(up).toBe('ACCEPTED');
    }),
  );
});

it('accepts whatever two looks in a row agree upon, and nothing that one alone has seen far away', () => {
  const step = fc.record({
    price: fc.integer({ min: 1, max: 1000 }).map(String),
    wait: fc.integer({ min: 0, max: 90 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let market: Pick<WatchedMarket, 'latest' | 'suspect'> = {};
      let before: string | undefined;
      let at = NOW.getTime();
      for (const { price, wait } of steps) {
        at += wait * 1000;
        const verdict = judge(market, { price, at: String(at / 1000) }, LIMITS, new Date(at));
        const near = (other: string | undefined) =>
          other !== undefined && Math.max(+price / +other, +other / +price) <= 1.3 + 1e-12;
        if (verdict.kind === 'ACCEPTED') {
          expect(market.latest === undefined || near(market.latest.price) || near(before)).toBe(true);
          market = { latest: { ...verdict.observation, source: 'feed' } };
        } else if (verdict.kind === 'REFUSED') {
          expect(near(market.latest?.price)).toBe(false);
          if (wait > 0 && market.suspect) expect(near(market.suspect.price)).toBe(false);
          market = { ...market, ...(verdict.suspect ? { suspect: verdict.suspect } : {}) };
        } else expect(wait).toBe(0);
        before = market.suspect?.price;
      }
    }),
  );
});

it('is found in what the feed says of a coin, where it is there in the currency', () => {
  expect(quoteIn({ usd: '5', last_updated_at: '1763726400' }, 'usd')).toEqual({ price: '5', at: '1763726400' });
  expect(quoteIn({ usd: '5' }, 'usd')).toEqual({ price: '5', at: undefined });
  for (const coin of [undefined, null, 'none', [], {}, { eur: '5' }, { usd: null }])
    expect(quoteIn(coin, 'usd')).toBeUndefined();
  expect(quoteIn({ usd: { value: '5' }, last_updated_at: '1' }, 'usd')).toEqual({ price: undefined, at: '1' });
});
