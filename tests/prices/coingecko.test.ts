import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coinGecko, keyHeader } from '../../src/prices/coingecko.ts';
import { FeedFailed } from '../../src/prices/feed.ts';
import type { Market } from '../../src/prices/market.ts';
import { type Answer, cutOff, deadOrigin, hang, json, Provider, patienceFor } from '../channels/support/provider.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
let server: Provider;
beforeAll(async () => {
  server = await new Provider().start();
});
afterAll(() => server.stop());

const feedAt = (origin: string, answer?: Answer, key = '') =>
  coinGecko({ url: `${origin}/api/v3`, key, timeoutMs: patienceFor(answer), now: () => NOW });
const feed = (key = '') => feedAt(server.origin, undefined, key);

const BITCOIN: Market = { coin: 'bitcoin', currency: 'usd' };
const quotes = (markets: readonly Market[], from = feed()) => Array.fromAsync(from.quotes(markets));

/** An answer's body as it goes over the wire. */
const raw =
  (body: string | Buffer, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);

const asked = () => server.received.map(({ path }) => new URL(path, server.origin).searchParams);

describe('prices', () => {
  it('are asked of all coins and currencies at once, and read to the last digit', async () => {
    server.answers(
      raw(
        '{"bitcoin":{"usd":64250.123456789012345678,"eur":1e-7,"last_updated_at":1763726400},"pepe":{"usd":9.86e-06,"last_updated_at":1763726401}}',
      ),
    );
    const markets: Market[] = [BITCOIN, { coin: 'bitcoin', currency: 'eur' }, { coin: 'pepe', currency: 'usd' }];
    expect(await quotes(markets)).toEqual([
      [
        { market: markets[0], quote: { price: '64250.123456789012345678', at: '1763726400' } },
        { market: markets[1], quote: { price: '1e-7', at: '1763726400' } },
        { market: markets[2], quote: { price: '9.86e-06', at: '1763726401' } },
      ],
    ]);
    expect(server.received.map(({ method, path }) => [method, path])).toEqual([
      [
        'GET',
        '/api/v3/simple/price?ids=bitcoin%2Cpepe&vs_currencies=usd%2Ceur&include_last_updated_at=true&precision=full',
      ],
    ]);
  });

  it('of coins that the feed leaves out are none, whatever the coins are called', async () => {
    server.answers(raw('{"bitcoin":{},"__proto__":{"usd":5,"last_updated_at":1},"toString":null}'));
    const markets = ['bitcoin', 'ether', 'constructor', 'toString'].map((coin): Market => ({ coin, currency: 'usd' }));
    const [batch = []] = await quotes(markets);
    expect(batch.map(({ quote }) => quote)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('of many coins are asked in requests of 250, one after the other, each coin once', async () => {
    server.answers(json(200, {}));
    const markets = Array.from({ length: 600 }, (_, n): Market => ({ coin: `coin-${n}`, currency: 'usd' }));
    const batches = await quotes([...markets, ...markets.map((each): Market => ({ ...each, currency: 'eur' }))]);
    expect(batches.flat()).toHaveLength(1200);
    const ids = asked().map((query) => query.get('ids')?.split(',') ?? []);
    expect(ids.map(({ length }) => length)).toEqual([250, 250, 100]);
    expect(new Set(ids.flat()).size).toBe(600);
  });

  it('of coins with long names are asked in requests that servers take', async () => {
    server.answers(json(200, {}));
    const markets = Array.from(
      { length: 200 },
      (_, n): Market => ({ coin: `ż${n}`.padEnd(100, 'x'), currency: 'usd' }),
    );
    await quotes(markets);
    expect(server.received.every(({ path }) => path.length < 8_000)).toBe(true);
    expect(asked().flatMap((query) => query.get('ids')?.split(',') ?? [])).toHaveLength(200);
  });

  it('that were answered are there though a later request fails', async () => {
    server.answers(json(200, {}), json(500, {}));
    const markets = Array.from({ length: 300 }, (_, n): Market => ({ coin: `coin-${n}`, currency: 'usd' }));
    const got: number[] = [];
    const all = async () => {
      for await (const batch of feed().quotes(markets)) got.push(batch.length);
    };
    await expect(all()).rejects.toMatchObject({ fault: 'SERVER_ERROR' });
    expect(got).toEqual([250]);
  });

  it('of no market are not asked', async () => {
    server.answers(json(500, {}));
    expect(await quotes([])).toEqual([]);
    expect(server.received).toEqual([]);
  });
});

describe('the key', () => {
  it('goes along where there is one', async () => {
    server.answers(json(200, {}));
    await quotes([BITCOIN], feed('CG-secret'));
    await quotes([BITCOIN]);
    expect(server.received.map(({ headers }) => headers['x-cg-demo-api-key'])).toEqual(['CG-secret', undefined]);
    expect(server.received.every(({ path }) => !path.includes('secret'))).toBe(true);
  });

  it("goes in CoinGecko's header of its kind", () => {
    expect(keyHeader('pro-api.coingecko.com')).toBe('x-cg-pro-api-key');
    expect(keyHeader('api.coingecko.com')).toBe('x-cg-demo-api-key');
  });
});

describe('the list of coins', () => {
  it('has what can be read of it', async () => {
    server.answers(raw('[{"id":"bitcoin","symbol":"btc","name":"Bitcoin"},{"id":7},null,{"id":"x","symbol":"X"}]'));
    expect(await feed().coins()).toEqual([
      { id: 'bitcoin', symbol: 'btc' },
      { id: 'x', symbol: 'X' },
    ]);
    expect(server.received[0]?.path).toBe('/api/v3/coins/list');
  });

  it.each(['[]', '{}', 'null', '"list"'])('is not %s', async (body) => {
    server.answers(raw(body));
    await expect(feed().coins()).rejects.toMatchObject({ fault: 'NOT_UNDERSTOOD' });
  });
});

describe('the largest coins', () => {
  it('are told by their ids, whatever the order of the answer', async () => {
    server.answers(
      raw(
        '[{"id":"a","market_cap":5.5e9},{"id":"none","market_cap":null},{"id":"b","market_cap":12345678901},{"id":"c","market_cap":5500000001},{}]',
      ),
    );
    expect(await feed().largest()).toEqual(['b', 'c', 'a']);
    expect(server.received[0]?.path).toBe(
      '/api/v3/coins/markets?vs_currency=usd&order=market_cap_desc&per_page=250&page=1',
    );
  });

  it('are none where the feed does not have them, and a failure where it fails', async () => {
    server.answers(json(404, { error: 'no such route' }));
    expect(await feed().largest()).toEqual([]);
    server.answers(json(500, {}));
    await expect(feed().largest()).rejects.toMatchObject({ fault: 'SERVER_ERROR' });
    server.answers(raw('{}'));
    await expect(feed().largest()).rejects.toMatchObject({ fault: 'NOT_UNDERSTOOD' });
  });
});

describe('a failure', () => {
  const failure = async (answer: Answer) => {
    server.answers(answer);
    try {
      await quotes([BITCOIN], feedAt(server.origin, answer, 'CG-secret'));
    } catch (error) {
      expect(error).toBeInstanceOf(FeedFailed);
      expect(String(error)).not.toMatch(/secret|127\.0\.0\.1/);
      if (error instanceof FeedFailed) return { fault: error.fault, retryAt: error.retryAt?.toISOString() };
    }
    throw new Error('It was answered.');
  };

  it.each([
    ['120', '2026-11-21T12:02:00.000Z'],
    ['0', '2026-11-21T12:00:00.000Z'],
    ['Sat, 21 Nov 2026 12:05:00 GMT', '2026-11-21T12:05:00.000Z'],
    ['soon', undefined],
  ])('of too many requests says when to come back: %s', async (after, retryAt) => {
    expect(await failure(json(429, {}, { 'retry-after': after }))).toEqual({ fault: 'RATE_LIMITED', retryAt });
  });

  it('of too many requests may not say so', async () => {
    expect(await failure(json(429, { status: { error_code: 429 } }))).toEqual({ fault: 'RATE_LIMITED' });
  });

  it.each([500, 502, 503, 504, 520])("is the server's: %s", async (status) => {
    expect(await failure(json(status, {}))).toEqual({ fault: 'SERVER_ERROR' });
  });

  it("is the server's, which may say for how long", async () => {
    expect(await failure(json(503, {}, { 'retry-after': '30' }))).toEqual({
      fault: 'SERVER_ERROR',
      retryAt: '2026-11-21T12:00:30.000Z',
    });
  });

  it.each([400, 401, 403, 414, 204])('is a refusal: %s', async (status) => {
    expect(await failure((response) => response.writeHead(status).end())).toEqual({ fault: 'REFUSED' });
  });

  it('is a path that is not there', async () => {
    expect(await failure(json(404, {}))).toEqual({ fault: 'NOT_FOUND' });
  });

  it.each([301, 302, 307, 308])('is a redirect, which is not followed: %s', async (status) => {
    expect(await failure(json(status, {}, { location: `${server.origin}/elsewhere` }))).toEqual({
      fault: 'REDIRECTED',
    });
    expect(server.received).toHaveLength(1);
  });

  it.each(['', '<html>Just a moment...</html>', '{"bitcoin":', '[]', 'null', '5', '{"a":1}}', '\u0000'])(
    'is a body that says nothing: %j',
    async (body) => {
      expect(await failure(raw(body))).toEqual({ fault: 'NOT_UNDERSTOOD' });
    },
  );

  it('is a body that is nested without end', async () => {
    const deep = `{"bitcoin":${'['.repeat(500_000)}${']'.repeat(500_000)}}`;
    expect(await failure(raw(deep))).toEqual({ fault: 'NOT_UNDERSTOOD' });
  });

  it('is a body without end, which is not read to its end', async () => {
    const chunk = `"${'x'.repeat(65_536)}",`;
    const endless: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
    expect(await failure(endless)).toEqual({ fault: 'TOO_LARGE' });
  });

  it('is silence, also in the middle of an answer', async () => {
    expect(await failure(hang)).toEqual({ fault: 'TIMED_OUT' });
    const halfway: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"bitcoin":');
    };
    server.answers(halfway);
    await expect(quotes([BITCOIN], feedAt(server.origin, hang))).rejects.toMatchObject({ fault: 'TIMED_OUT' });
  });

  it('is a connection that breaks off, before an answer or in the middle', async () => {
    expect(await failure(cutOff)).toEqual({ fault: 'UNREACHABLE' });
    const halfway: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"bitcoin":', () => response.socket?.destroy());
    };
    expect(await failure(halfway)).toEqual({ fault: 'UNREACHABLE' });
  });

  it('is a body that is not compressed as it says', async () => {
    expect(await failure(raw('{"bitcoin":{}}', { 'content-encoding': 'gzip' }))).toEqual({ fault: 'UNREACHABLE' });
  });

  it('is nobody there', async () => {
    await expect(quotes([BITCOIN], feedAt(await deadOrigin()))).rejects.toMatchObject({ fault: 'UNREACHABLE' });
  });
});
