import { randomUUID } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { CLOSED } from '../../src/prices/breaker.ts';
import { breakerStore } from '../../src/prices/breaker-store.ts';
import { PriceUnavailable } from '../../src/prices/current-price.ts';
import { type Market, marketId } from '../../src/prices/market.ts';
import { marketStore } from '../../src/prices/market-store.ts';
import { InvalidRequest } from '../../src/shared/errors.ts';
import { cutOff, json } from '../channels/support/provider.ts';
import { dice } from '../support/dice.ts';
import { Died, frail, immortal, mortal, Unknown } from '../support/mortal.ts';
import { feedAnswers, feedRequests, tellPrices } from '../support/price-feed.ts';
import { ASKED_AT_MOST, priceWorld } from '../support/price-world.ts';
import { aws, tableName, tables } from '../support/tables.ts';
import { prefix } from '../support/where.ts';

const MINUTE = 60_000;
const BITCOIN: Market = { coin: 'bitcoin', currency: 'usd' };
const ETHER: Market = { coin: 'ethereum', currency: 'usd' };
const oops = json(500, {});

let world: Awaited<ReturnType<typeof priceWorld>>;
beforeEach(async () => {
  world = await priceWorld(`prices-${randomUUID()}`);
});
afterEach(() => world.end());

const instant = () => world.now().toISOString();

/** Watches bitcoin, and takes what the feed tells a minute apart. */
async function observed(...prices: string[]) {
  const { markets, look } = world.process();
  await markets.watch(BITCOIN, world.now());
  for (const usd of prices) {
    world.pass(60);
    world.tell({ bitcoin: { usd } });
    await look();
  }
  return { markets, look };
}

describe('a look', () => {
  it('asks of everything that is watched in one request, and keeps what it is told', async () => {
    const { markets, look } = world.process();
    const euros: Market = { coin: 'bitcoin', currency: 'eur' };
    for (const market of [BITCOIN, euros, ETHER]) await markets.watch(market, world.now());
    world.tell({ bitcoin: { usd: 64250.5, eur: 59110 }, ethereum: { usd: 3120.75 } });
    expect(await look()).toMatchObject({
      status: 'LOOKED',
      fault: null,
      watched: 3,
      accepted: 3,
      refused: 0,
      markets: expect.arrayContaining(['bitcoin/usd', 'bitcoin/eur', 'ethereum/usd']),
    });
    expect(world.server.received).toHaveLength(1);
    expect((await markets.find(BITCOIN))?.latest).toEqual({
      price: '64250.5',
      observed_at: instant(),
      source: new URL(world.server.origin).host,
    });
  });

  it('asks nobody when nothing is watched', async () => {
    world.answer(oops);
    expect(await world.process().look()).toMatchObject({ status: 'LOOKED', watched: 0, markets: [] });
    expect(world.server.received).toEqual([]);
  });

  it('changes nothing by a quote that it has seen, or that is older', async () => {
    const { markets, look } = await observed('100');
    const before = await markets.find(BITCOIN);
    expect(await look()).toMatchObject({ accepted: 0, refused: 0 });
    world.tell({ bitcoin: { usd: 110, last_updated_at: world.now().getTime() / 1000 - 30 } });
    expect(await look()).toMatchObject({ accepted: 0, refused: 0 });
    expect(await markets.find(BITCOIN)).toEqual(before);
  });

  it('takes a jump when the next look finds it, too', async () => {
    const { markets, look } = await observed('100', '200');
    expect(await markets.find(BITCOIN)).toMatchObject({
      latest: { price: '100' },
      suspect: { price: '200', observed_at: instant() },
      refused: { reason: 'SUSPECT', count: 1 },
    });
    // The same quote once more is no second look.
    await look();
    expect((await markets.find(BITCOIN))?.latest?.price).toBe('100');
    await observed('205');
    const after = await markets.find(BITCOIN);
    expect(after?.latest).toMatchObject({ price: '205', previous_price: '100' });
    expect(after).not.toHaveProperty('suspect');
    expect(after).not.toHaveProperty('refused');
  });

  it('drops a jump that is gone with the next look: of a wick no trace is left', async () => {
    const { markets } = await observed('100', '900', '101');
    const after = await markets.find(BITCOIN);
    expect(after?.latest).toMatchObject({ price: '101', previous_price: '100' });
    expect(after).not.toHaveProperty('suspect');
    expect((await markets.untreated(BITCOIN, 10)).map(({ price }) => price)).toEqual(['100', '101']);
  });

  it('takes none of what is no usable quote, and counts why', async () => {
    const { markets, look } = await observed('100');
    const at = () => world.now().getTime() / 1000;
    const useless: [Parameters<typeof world.tell>[0], string][] = [
      [{}, 'MISSING'],
      [{ bitcoin: { usd: null } }, 'MISSING'],
      [{ bitcoin: { usd: -5 } }, 'NOT_A_PRICE'],
      [{ bitcoin: { usd: 101, last_updated_at: null } }, 'NO_TIME'],
      [{ bitcoin: { usd: 101, last_updated_at: at() + 3600 } }, 'FROM_THE_FUTURE'],
      [{ bitcoin: { usd: 101, last_updated_at: at() - 301 } }, 'STALE'],
    ];
    const since = instant();
    for (const [n, [told, reason]] of useless.entries()) {
      world.tell(told);
      expect(await look()).toMatchObject({ status: 'LOOKED', accepted: 0, refused: 1 });
      expect((await markets.find(BITCOIN))?.refused).toEqual({ reason, since, count: n + 1 });
    }
    expect((await markets.find(BITCOIN))?.latest?.price).toBe('100');
    await observed('102');
    expect(await markets.find(BITCOIN)).not.toHaveProperty('refused');
  });

  it('keeps what it was told before the feed broke off, and begins with the others next time', async () => {
    const { markets, look } = world.process();
    const many = Array.from({ length: 300 }, (_, n): Market => ({ coin: `coin-${n}`, currency: 'usd' }));
    for (const market of many) await markets.watch(market, world.now());
    const all = (price: number) =>
      json(
        200,
        Object.fromEntries(
          many.map(({ coin }) => [coin, { usd: price, last_updated_at: world.now().getTime() / 1000 }]),
        ),
      );
    world.answer(all(5), oops);
    expect(await look()).toMatchObject({ status: 'FEED_UNAVAILABLE', fault: 'SERVER_ERROR', accepted: 250 });
    world.answer(all(5), cutOff);
    expect(await look()).toMatchObject({ fault: 'UNREACHABLE', accepted: 50 });
    expect((await markets.watched()).filter(({ latest }) => !latest)).toEqual([]);
  });

  it('tells of what earlier looks have left, also while the feed is down', async () => {
    const { markets, look } = await observed('100', '101');
    world.answer(oops);
    expect(await look()).toMatchObject({ status: 'FEED_UNAVAILABLE', markets: ['bitcoin/usd'] });
    await markets.treated(BITCOIN, instant());
    expect(await look()).toMatchObject({ markets: [] });
  });
});

describe('the feed', () => {
  it('is left alone after three failures, for all processes, until one of them tries and finds it back', async () => {
    await observed('100');
    world.answer(oops, cutOff, json(200, []), oops);
    const looks = [];
    for (let n = 0; n < 3; n++) looks.push(await world.process().look());
    expect(looks.map(({ fault }) => fault)).toEqual(['SERVER_ERROR', 'UNREACHABLE', 'NOT_UNDERSTOOD']);
    expect(await world.process().look()).toMatchObject({ status: 'FEED_UNAVAILABLE', fault: 'RESTING' });
    expect(world.server.received).toHaveLength(3);

    world.pass(61);
    expect(await world.process().look()).toMatchObject({ fault: 'SERVER_ERROR' });
    world.pass(61);
    expect(await world.process().look()).toMatchObject({ fault: 'RESTING' });
    expect(world.server.received).toHaveLength(4);

    world.pass(60);
    world.tell({ bitcoin: { usd: 100 } });
    const together = await Promise.all([1, 2, 3].map(() => world.process().look()));
    expect(together.map(({ fault }) => fault).sort()).toEqual(['RESTING', 'RESTING', null].sort());
    expect(world.server.received).toHaveLength(1);
    expect(await world.process().look()).toMatchObject({ fault: null });
  });

  it.each([
    ['120', 120],
    ['date', 90],
  ])('is asked again when it said so (Retry-After: %s), not before', async (form, seconds) => {
    await observed('100');
    const date = new Date(world.now().getTime() + seconds * 1000).toUTCString();
    world.answer(json(429, {}, { 'retry-after': form === 'date' ? date : form }), oops);
    expect(await world.process().look()).toMatchObject({ fault: 'RATE_LIMITED' });
    world.pass(seconds - 1);
    expect(await world.process().look()).toMatchObject({ fault: 'RESTING' });
    expect(world.server.received).toHaveLength(1);
    world.pass(2);
    expect(await world.process().look()).toMatchObject({ fault: 'SERVER_ERROR' });
  });

  it('is taken at its word, also when it comes back with old prices: down for an hour, nothing is taken that is stale', async () => {
    const { markets } = await observed('100');
    const seen = world.now().getTime() / 1000;
    world.answer(oops);
    for (let minute = 0; minute < 60; minute++) {
      world.pass(60);
      await world.process().look();
    }
    expect(world.server.received.length).toBeLessThan(15);
    expect((await markets.find(BITCOIN))?.latest?.price).toBe('100');

    world.pass(600);
    world.tell({ bitcoin: { usd: 120, last_updated_at: seen + 300 } });
    expect(await world.process().look()).toMatchObject({ fault: null, accepted: 0, refused: 1 });
    world.pass(60);
    world.tell({ bitcoin: { usd: 121 } });
    expect(await world.process().look()).toMatchObject({ accepted: 1 });
    expect((await markets.find(BITCOIN))?.latest).toMatchObject({ price: '121', previous_price: '100' });
  });
});

describe('what was observed', () => {
  it('is dealt with once, in its order', async () => {
    const { markets } = await observed('100', '101', '102', '103');
    const all = await markets.untreated(BITCOIN, 10);
    expect(all.map(({ price, previous_price }) => [price, previous_price])).toEqual([
      ['100', undefined],
      ['101', '100'],
      ['102', '101'],
      ['103', '102'],
    ]);
    expect(await markets.untreated(BITCOIN, 2)).toEqual(all.slice(0, 2));
    await markets.treated(BITCOIN, all[1]?.observed_at ?? '');
    await markets.treated(BITCOIN, all[0]?.observed_at ?? '');
    expect(await markets.untreated(BITCOIN, 10)).toEqual(all.slice(2));
    await markets.treated(BITCOIN, all[3]?.observed_at ?? '');
    expect(await markets.untreated(BITCOIN, 10)).toEqual([]);
  });

  it('can be asked for: at a moment, and the range of a window', async () => {
    const { markets } = await observed('100', '90', '115', '110');
    const ago = (minutes: number) => new Date(world.now().getTime() - minutes * MINUTE);
    expect(await markets.priceAt(BITCOIN, ago(2), MINUTE)).toMatchObject({ price: '90' });
    expect(await markets.priceAt(BITCOIN, ago(1.5), MINUTE)).toMatchObject({ price: '90' });
    expect(await markets.priceAt(BITCOIN, ago(1.5), 10_000)).toBeUndefined();
    expect(await markets.priceAt(BITCOIN, ago(4), MINUTE)).toBeUndefined();
    expect(await markets.range(BITCOIN, ago(3), ago(0))).toMatchObject({
      low: { price: '90' },
      high: { price: '115' },
    });
    expect(await markets.range(BITCOIN, ago(1), ago(0))).toMatchObject({
      low: { price: '110' },
      high: { price: '115' },
    });
    expect(await markets.range(ETHER, ago(9), ago(0))).toBeUndefined();
  });
});

describe('a market', () => {
  it('is watched from the first to the last who wants to know', async () => {
    const { markets } = world.process();
    await markets.watch(BITCOIN, world.now());
    const since = instant();
    world.pass(60);
    await Promise.all([1, 2, 3].map(() => markets.watch(BITCOIN, world.now())));
    const [market] = await markets.watched();
    expect(market).toMatchObject({ ...BITCOIN, since, touched_at: instant() });
    expect(await markets.forget(BITCOIN, since)).toBe(false);
    expect(await markets.forget(BITCOIN, market?.touched_at ?? '')).toBe(true);
    expect(await markets.watched()).toEqual([]);
  });

  it('that is forgotten during a look stays forgotten', async () => {
    const { markets, look } = world.process();
    await markets.watch(BITCOIN, world.now());
    const forgetting = (told: object) =>
      world.answer((response) => {
        void markets.forget(BITCOIN, instant()).then(() => response.writeHead(200).end(JSON.stringify(told)));
      });
    forgetting({ bitcoin: { usd: 5, last_updated_at: world.now().getTime() / 1000 } });
    expect(await look()).toMatchObject({ accepted: 0, markets: [] });
    await markets.watch(BITCOIN, world.now());
    forgetting({});
    expect(await look()).toMatchObject({ refused: 1 });
    expect(await markets.watched()).toEqual([]);
  });

  it('begins with the price that is known, against which a first jump is one, and which nobody has to deal with', async () => {
    const { markets, look, prices } = world.process();
    world.tell({ bitcoin: { usd: 64250.5 } });
    const current = await prices.current(BITCOIN, world.now());
    await markets.watch(BITCOIN, world.now(), current);
    await markets.watch(BITCOIN, world.now(), { ...current, price: '1' });
    expect(await look()).toMatchObject({ accepted: 0, refused: 0, markets: [] });
    expect(await markets.priceAt(BITCOIN, world.now(), 0)).toEqual(current);
    world.pass(60);
    world.tell({ bitcoin: { usd: 5 } });
    expect(await look()).toMatchObject({ refused: 1, markets: [] });
    expect(await markets.find(BITCOIN)).toMatchObject({ latest: { price: '64250.5' }, suspect: { price: '5' } });
    world.pass(60);
    world.tell({ bitcoin: { usd: 64000 } });
    expect(await look()).toMatchObject({ accepted: 1, markets: ['bitcoin/usd'] });
    expect((await markets.untreated(BITCOIN, 10)).map(({ price }) => price)).toEqual(['64000']);
  });

  it('of which there is no quote is handed on every sixty looks, so that it can be forgotten', async () => {
    const { markets, look } = world.process();
    await markets.watch(BITCOIN, world.now());
    world.tell({});
    const handedOn: number[] = [];
    for (let n = 1; n <= 122; n++) if ((await look()).markets.length > 0) handedOn.push(n);
    expect(handedOn).toEqual([61, 121]);
  });

  it('begins anew when it is watched again: what was observed long ago is not dealt with', async () => {
    const { markets } = await observed('100');
    const [market] = await markets.watched();
    await markets.forget(BITCOIN, market?.touched_at ?? '');
    world.pass(3 * 3600);
    await observed('500');
    expect((await markets.untreated(BITCOIN, 10)).map(({ price }) => price)).toEqual(['500']);
  });
});

describe('the current price', () => {
  const current = (process = world.process()) => process.prices.current(BITCOIN, world.now());

  it("is the feed's, asked now, and for some seconds", async () => {
    world.tell({ bitcoin: { usd: 64250.5 } });
    const process = world.process();
    const observation = { price: '64250.5', observed_at: instant(), source: new URL(world.server.origin).host };
    expect(await current(process)).toEqual(observation);
    expect(await current(process)).toEqual(observation);
    expect(world.server.received).toHaveLength(1);
    world.pass(4);
    world.tell({ bitcoin: { usd: 64300 } });
    expect(await current(process)).toMatchObject({ price: '64300' });
  });

  it('is what was observed last while the feed fails or jumps, as long as that is fresh', async () => {
    await observed('100');
    world.answer(oops);
    world.pass(240);
    expect(await current()).toMatchObject({ price: '100' });
    world.tell({ bitcoin: { usd: 900 } });
    expect(await current()).toMatchObject({ price: '100' });
    world.pass(61);
    await expect(current()).rejects.toBeInstanceOf(PriceUnavailable);
    world.answer(oops);
    await expect(current()).rejects.toMatchObject({ problem: { status: 503 }, retryAfterSeconds: 60 });
  });

  it('is none where the feed has none', async () => {
    world.tell({});
    await expect(current()).rejects.toBeInstanceOf(InvalidRequest);
    world.tell({ bitcoin: { usd: 5, last_updated_at: 1 } });
    await expect(current()).rejects.toBeInstanceOf(PriceUnavailable);
  });

  it('shares the breaker with the looks', async () => {
    world.answer(json(429, {}));
    await expect(current()).rejects.toBeInstanceOf(PriceUnavailable);
    await world.process().markets.watch(BITCOIN, world.now());
    expect(await world.process().look()).toMatchObject({ fault: 'RESTING' });
    expect(world.server.received).toHaveLength(1);
  });

  it('is what was observed last where many ask, so that the looks still get their answers', async () => {
    await observed('100');
    world.pass(20);
    world.tell({ bitcoin: { usd: 110 }, ethereum: { usd: 3 } });
    const many = await Promise.all(Array.from({ length: 20 }, () => current()));
    // What one was told is observed, for those that come after.
    expect(new Set(many.map(({ price }) => price))).toEqual(new Set(['100', '110']));
    expect(many.filter(({ price }) => price === '110').length).toBeGreaterThanOrEqual(ASKED_AT_MOST);
    expect(await current()).toMatchObject({ price: '110' });
    expect(world.server.received).toHaveLength(ASKED_AT_MOST);
    const ether = () => world.process().prices.current(ETHER, world.now());
    await expect(ether()).rejects.toMatchObject({ problem: { status: 503 }, retryAfterSeconds: 60 });
    expect(await world.process().look()).toMatchObject({ status: 'LOOKED', markets: ['bitcoin/usd'] });
    world.pass(40);
    world.tell({ ethereum: { usd: 3 } });
    expect(await ether()).toMatchObject({ price: '3' });
  });
});

describe('the coins', () => {
  it('are kept for all processes, twenty thousand of them in one row', async () => {
    const random = dice(1);
    const list = Array.from({ length: 20_000 }, (_, n) => ({
      id: `${Math.floor(random() * 1e9).toString(36)}-${Math.floor(random() * 1e6).toString(36)}-${n}`,
      symbol: Math.floor(random() * 1e6).toString(36),
      name: 'A coin',
    }));
    world.answer(json(200, [...list, { id: 'bitcoin', symbol: 'btc', name: 'Bitcoin' }]));
    expect(await world.process().coins.named('BTC', world.now())).toBe('bitcoin');
    world.answer(oops);
    expect(await world.process().coins.named(list[19_999]?.id ?? '', world.now())).toBe(list[19_999]?.id);
    expect(world.server.received).toEqual([]);
  });
});

describe('what is wrong', () => {
  it('is nothing when prices come', async () => {
    const { markets } = await observed('100');
    await markets.treated(BITCOIN, instant());
    expect(await world.process().troubles()).toEqual([]);
  });

  it('is a feed that has failed three times in a row', async () => {
    const { markets } = await observed('100');
    await markets.treated(BITCOIN, instant());
    const since = instant();
    world.answer(oops);
    for (let n = 0; n < 3; n++) {
      expect(await world.process().troubles()).toEqual([]);
      await world.process().look();
      world.pass(61);
    }
    world.pass(3000);
    expect(await world.process().troubles()).toEqual([{ kind: 'FEED', fault: 'SERVER_ERROR', since, failures: 3 }]);
    // Nobody has asked since, so the feed may be well; but then nobody has looked at prices, either.
    world.pass(1000);
    expect(await world.process().troubles()).toMatchObject([{ kind: 'NO_QUOTE', reason: 'UNSEEN' }]);
  });

  it('is a market that is without a quote for long, by reason', async () => {
    const { markets } = await observed('100');
    await markets.treated(BITCOIN, instant());
    const since = instant();
    await markets.watch(ETHER, world.now());
    world.pass(15 * 60);
    world.tell({});
    await world.process().look();
    expect(await world.process().troubles()).toEqual([]);
    world.pass(1);
    expect(await world.process().troubles()).toEqual([
      { kind: 'NO_QUOTE', reason: 'MISSING', since, markets: ['bitcoin/usd', 'ethereum/usd'] },
    ]);
  });

  it('is a feed that wants to be left alone for long, although it has said so once', async () => {
    const { markets } = await observed('100');
    await markets.treated(BITCOIN, instant());
    const since = instant();
    world.answer(json(429, {}, { 'retry-after': '3600' }));
    await world.process().look();
    world.pass(14 * 60);
    expect(await world.process().troubles()).toEqual([]);
    world.pass(2 * 60);
    expect(await world.process().troubles()).toEqual([{ kind: 'FEED', fault: 'RATE_LIMITED', since, failures: 1 }]);
  });

  it('is none where prices are looked at once an hour, and were an hour ago', async () => {
    const { markets } = await observed('100');
    await markets.treated(BITCOIN, instant());
    world.looksEvery(3600);
    world.pass(3600);
    expect(await world.process().troubles()).toEqual([]);
  });

  it('is a market that nobody looks at', async () => {
    await world.process().markets.watch(ETHER, world.now());
    const since = instant();
    world.pass(15 * 60 + 1);
    expect(await world.process().troubles()).toEqual([
      { kind: 'NO_QUOTE', reason: 'UNSEEN', since, markets: ['ethereum/usd'] },
    ]);
  });

  it('is an observation that nobody has dealt with, not a fresh one after a gap', async () => {
    const { markets } = await observed('100');
    await markets.treated(BITCOIN, instant());
    world.pass(3600);
    await observed('101');
    expect(await world.process().troubles()).toEqual([]);
    const since = instant();
    for (let minutes = 0; minutes < 16; minutes++) await observed('101');
    expect(await world.process().troubles()).toEqual([{ kind: 'UNTREATED', market: 'bitcoin/usd', since }]);
  });
});

it('a look that dies at any step is made up for by the next one', async () => {
  const { markets } = world.process();
  for (const market of [BITCOIN, ETHER]) await markets.watch(market, world.now());
  const told: string[] = [];
  const tell = () => {
    world.pass(60);
    told.push(String(100 + told.length));
    world.tell({ bitcoin: { usd: told.at(-1) ?? '' }, ethereum: { usd: told.at(-1) ?? '' } });
  };
  tell();
  const whole = immortal();
  await world.process(whole.step).look();
  for (const takesEffect of [true, false]) {
    for (let step = 1; step <= whole.steps(); step++) {
      tell();
      await expect(world.process(mortal(step, takesEffect).step).look()).rejects.toBeInstanceOf(Died);
      await world.process().look();
    }
  }
  for (const market of [BITCOIN, ETHER])
    expect((await markets.untreated(market, 100)).map(({ price }) => price)).toEqual(told);
});

/** Functions that die at any call of the table, and two looks at a time. `PRICES_SEED=3` plays one world again. */
const SEEDS = process.env.PRICES_SEED ? process.env.PRICES_SEED.split(',').map(Number) : [1, 2, 3, 4, 5, 6];

it.each(SEEDS)('overlapping looks, of which many die, observe everything in order (seed %s)', async (seed) => {
  // Two, so that who dies first of those at work at once changes no price.
  const [random, fate] = [dice(seed), dice(seed + 1000)];
  const life = frail((probability) => fate() < probability, 0.15, 30);
  const { markets } = world.process();
  const both = [BITCOIN, ETHER];
  for (const market of both) await markets.watch(market, world.now());
  const told = new Map<string, string>();
  let price = 100;
  for (let n = 0; n < 25; n++) {
    world.pass(20 + Math.floor(random() * 60));
    price = Math.max(1, price * (0.9 + random() * 0.21));
    const usd = price.toFixed(4).replace(/\.?0+$/, '');
    told.set(instant(), usd);
    world.tell({ bitcoin: { usd: Number(usd) }, ethereum: { usd: Number(usd) } });
    const looks = await Promise.allSettled([world.process(life()).look(), world.process(life()).look()]);
    for (const each of looks) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(Unknown);
  }
  await world.process().look();
  for (const market of both) {
    const all = await markets.untreated(market, 100);
    const times = all.map(({ observed_at }) => observed_at);
    expect(times).toEqual([...new Set(times)].sort());
    for (const { observed_at, price: observed } of all) expect(observed).toBe(told.get(observed_at));
    expect(times.length).toBeGreaterThan(5);
    expect(times.at(-1)).toBe(instant());
    expect((await markets.find(market))?.latest?.observed_at).toBe(instant());
  }
});

const Looked = z.object({ status: z.string(), fault: z.string().nullable(), markets: z.array(z.string()) });

describe('the function', () => {
  const lambda = new LambdaClient(aws);
  const fetchPrices = async () => {
    const FunctionName = `${prefix}-fetch-prices`;
    const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
    expect(FunctionError).toBeUndefined();
    return Looked.parse(JSON.parse(Buffer.from(Payload ?? []).toString()));
  };
  const markets = marketStore(tables(), tableName('prices'));
  const breaker = breakerStore(tables(), tableName('prices'));
  const coin = `coin-${randomUUID()}`;
  const market: Market = { coin, currency: 'usd' };

  async function closeBreaker() {
    await feedAnswers([]);
    await breaker.write({ ...CLOSED, version: (await breaker.read()).version + 1 });
  }
  afterAll(async () => {
    await closeBreaker();
    await tellPrices({ [coin]: null });
    await markets.forget(market, (await markets.find(market))?.touched_at ?? '');
  });

  it('asks the feed that the stack is set to, of all at once', async () => {
    await tellPrices({ [coin]: { prices: { usd: '1.25e-05' } } });
    await markets.watch(market, new Date());
    const looked = await fetchPrices();
    expect(looked).toMatchObject({ status: 'LOOKED', fault: null });
    expect(looked.markets).toContain(marketId(market));
    expect((await markets.find(market))?.latest?.price).toBe('0.0000125');
    expect((await feedRequests()).some((request) => request.includes(coin))).toBe(true);
  });

  it('ends well when the feed does not, and says so', async () => {
    await feedAnswers([{ status: 429, headers: { 'retry-after': '600' }, times: 100 }]);
    expect(await fetchPrices()).toMatchObject({ status: 'FEED_UNAVAILABLE' });
    expect(await fetchPrices()).toMatchObject({ status: 'FEED_UNAVAILABLE', fault: 'RESTING' });
    await closeBreaker();
    expect(await fetchPrices()).toMatchObject({ status: 'LOOKED' });
  });
});
