import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { CURRENCIES } from '../../src/prices/market.ts';
import { alertMails, linkIn, look, priceIs, setAlert } from '../support/price-alerts.ts';
import { feedAnswers, resetPrices, tellPrices } from '../support/price-feed.ts';
import { tableName, tables } from '../support/tables.ts';
import { address } from '../support/where.ts';
import { type Answer, expectStatus, newPerson, type Person } from './person.ts';

const List = z.object({
  alerts: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  next: z.string().nullable(),
});

const path = '/api/v1/alerts';
const rising = { coin: 'bitcoin', price: '1000000' };

const create = (person: Person, body: object = rising, headers: Record<string, string> = {}) =>
  person.ask('POST', `${path}/create`, { body, headers });
const remove = (person: Person, id: string) => person.ask('POST', `${path}/delete`, { body: { id } });
const rearm = (person: Person, body: object) => person.ask('POST', `${path}/rearm`, { body });
const fetchAll = (person: Person, query = '', headers: Record<string, string> = {}) =>
  person.ask('GET', `${path}/fetch_all${query}`, { headers });
const listOf = async (person: Person, query = '') => List.parse(expectStatus(200, await fetchAll(person, query)).body);
const idsOf = async (person: Person, query = '') => (await listOf(person, query)).alerts.map(({ id }) => id);

const tagOf = ({ headers }: Answer) => z.string().parse(headers.get('etag'));
const reasons = ({ status, body }: Answer) => [status, body.errors];

beforeAll(async () => void (await resetPrices()));
afterAll(async () => void (await resetPrices()));

describe('setting an alert', () => {
  it('answers it, with what was not said filled in and where it is', async () => {
    const person = await newPerson('trader');
    const answer = expectStatus(201, await create(person, { coin: 'ETH', price: 4000, note: ' Sell ' }));
    expect(answer.body).toEqual({
      id: expect.any(String),
      coin: 'ethereum',
      currency: 'usd',
      price: '4000',
      condition: { kind: 'crosses_up', price: '4000' },
      repeat: 'once',
      note: 'Sell',
      channels: ['email'],
      status: 'CREATED',
      created_at: expect.any(String),
      fired: 0,
    });
    const location = answer.headers.get('location') ?? '';
    expect(expectStatus(200, await person.ask('GET', location)).body).toEqual({
      ...answer.body,
      firings: [],
      next: null,
    });
    const falling = expectStatus(201, await create(person, { coin: 'ethereum', price: '2500.50', currency: 'eur' }));
    expect(falling.body).toMatchObject({ condition: { kind: 'crosses_down', price: '2500.5' }, currency: 'eur' });
  });

  it('takes any condition, and says what is wrong with one', async () => {
    const person = await newPerson('trader');
    const change = { kind: 'changes', percent: '2.50', within: '15m' };
    const repeat = { cooldown: 'PT10M', hysteresis: '0.5' };
    const set = await setAlert(person, {
      coin: 'solana',
      condition: change,
      repeat,
      channels: [['push', 'email'], 'inbox'],
    });
    expect(set).toMatchObject({
      condition: { ...change, percent: '2.5', direction: 'either', against: 'window_open' },
      repeat,
      channels: [['push', 'email'], 'inbox'],
    });
    expect(set).not.toHaveProperty('price');
    const wrong = (body: object) => create(person, { coin: 'solana', ...body }).then(reasons);
    expect(await wrong({ condition: change, repeat: { hysteresis: '2.5' } })).toMatchObject([
      400,
      [{ field: 'repeat.hysteresis' }],
    ]);
    expect(await wrong({ price: 5, expires_at: '2020-01-01T00:00:00Z' })).toMatchObject([
      400,
      [{ field: 'expires_at' }],
    ]);
    expect(await wrong({ price: 5, coin: 'no-such-coin' })).toMatchObject([400, [{ field: 'coin' }]]);
    expect(await wrong({ price: 5, currency: 'gbp' })).toMatchObject([400, [{ field: 'coin' }]]);
    expect(await idsOf(person)).toEqual([set.id]);
  });

  it('waits for the feed where the price is not known', async () => {
    const person = await newPerson('trader');
    // A market that nobody has asked for yet.
    const currency = CURRENCIES[randomInt(CURRENCIES.length)] ?? 'chf';
    await tellPrices({ 'binance-peg-bitcoin': { prices: { [currency]: '56789' } } });
    const body = { coin: 'binance-peg-bitcoin', price: 1, currency };
    // One may be the stack's own look.
    await feedAnswers([{ status: 500, times: 2 }]);
    const answer = await create(person, body);
    expect([answer.status, answer.body.type, answer.headers.get('retry-after')]).toEqual([
      503,
      'urn:carillon:problem:price-unavailable',
      '60',
    ]);
    expect(await idsOf(person)).toEqual([]);
    await feedAnswers([]);
    expectStatus(201, await create(person, body));
  });

  it('twice with one Idempotency-Key sets one, whatever the price does meanwhile', async () => {
    const person = await newPerson('trader');
    const key = { 'idempotency-key': 'once' };
    const body = { coin: 'solana', price: '190', currency: 'usd' };
    const [first, second] = await Promise.all([create(person, body, key), create(person, body, key)]);
    await tellPrices({ solana: { prices: { usd: '195' } } });
    const third = await create(person, body, key);
    for (const answer of [first, second, third]) expect([answer.status, answer.body]).toEqual([201, first.body]);
    expect(await idsOf(person)).toEqual([first.body.id]);
    expect((await create(person, { ...body, price: '191' }, key)).status).toBe(422);
  });

  it('ends at as many live ones as may be; a deleted one makes room', async () => {
    const person = await newPerson('trader');
    const { id } = await setAlert(person, rising);
    const row = { TableName: tableName('price-alerts'), Key: { pk: `user#${person.id}`, sk: 'alerts' } };
    const live = { UpdateExpression: 'SET live = :live', ExpressionAttributeValues: { ':live': 499 } };
    await tables().send(new UpdateCommand({ ...row, ...live }));
    const both = await Promise.all([create(person), create(person)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(both.find(({ status }) => status === 409)?.body.type).toBe('urn:carillon:problem:too-many-alerts');
    expectStatus(200, await remove(person, id));
    expectStatus(201, await create(person));
  });
});

describe('the lists', () => {
  it('come in pages, the newest first, and a page stays where it was while alerts are set', async () => {
    const person = await newPerson('trader');
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) ids.unshift((await setAlert(person, rising)).id);
    const first = await listOf(person, '?limit=3');
    const newest = (await setAlert(person, rising)).id;
    const second = await listOf(person, `?limit=3&cursor=${first.next}`);
    const third = await listOf(person, `?limit=3&cursor=${second.next}`);
    const all = [first, second, third].map(({ alerts }) => alerts.map(({ id }) => id));
    expect(all).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
    expect(third.next).toBeNull();
    expect(await idsOf(person)).toEqual([newest, ...ids]);

    const other = await newPerson('other');
    expect(reasons(await fetchAll(other, `?cursor=${first.next}`))).toMatchObject([400, [{ field: 'cursor' }]]);
    expect(reasons(await fetchAll(person, `/CREATED?cursor=${first.next}`))).toMatchObject([
      400,
      [{ field: 'cursor' }],
    ]);
    for (const id of [ids[1], ids[5]]) expectStatus(200, await remove(person, id ?? ''));
    const deleted = await listOf(person, '/DELETED?limit=1');
    expect(deleted.alerts).toMatchObject([{ id: ids[1], status: 'DELETED' }]);
    expect(await idsOf(person, `/DELETED?limit=1&cursor=${deleted.next}`)).toEqual([ids[5]]);
    expect((await idsOf(person, '/CREATED')).length).toBe(6);
  });

  it('are answered by 304 as long as they are the same, and by no other for what is not', async () => {
    const person = await newPerson('trader');
    await setAlert(person, rising);
    const first = expectStatus(200, await fetchAll(person));
    const tag = tagOf(first);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const again = await fetchAll(person, '', { 'if-none-match': tag });
    expect([again.status, again.body, tagOf(again), again.headers.get('cache-control')]).toEqual([
      304,
      {},
      tag,
      'private, no-cache',
    ]);
    expect(tagOf(await fetchAll(person))).toBe(tag);
    const other = await newPerson('other');
    const elsewhere = [
      await fetchAll(other, '', { 'if-none-match': tag }),
      await fetchAll(person, '?limit=1', { 'if-none-match': tag }),
      await fetchAll(person, '/CREATED', { 'if-none-match': tag }),
    ];
    expect(elsewhere.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('are never stale: not after what the person does, not after what the watch does', async () => {
    const person = await newPerson('trader');
    await tellPrices({ pepe: { prices: { usd: '1.00e-05' } } });
    let tag = tagOf(await fetchAll(person));
    const changes = async (what: string) => {
      const answer = await fetchAll(person, '', { 'if-none-match': tag });
      expect([what, answer.status]).toEqual([what, 200]);
      tag = tagOf(answer);
      return List.parse(answer.body).alerts.map(({ id, status }) => [id, status]);
    };
    const { id } = await setAlert(person, { coin: 'pepe', price: '0.000011', channels: ['inbox'] });
    expect(await changes('set')).toEqual([[id, 'CREATED']]);
    await priceIs('pepe', 'usd', '1.1e-05');
    expect(await changes('fired')).toEqual([[id, 'TRIGGERED']]);
    expectStatus(200, await rearm(person, { id }));
    expect(await changes('set again')).toEqual([[id, 'CREATED']]);
    expectStatus(200, await remove(person, id));
    expect(await changes('deleted')).toEqual([[id, 'DELETED']]);
    expect((await fetchAll(person, '', { 'if-none-match': tag })).status).toBe(304);
  }, 120_000);

  it('have whatever was set before they were asked for, however many ask and set at the same time', async () => {
    const person = await newPerson('trader');
    const set = new Set<string>();
    const writer = async () => {
      for (let n = 0; n < 4; n++) set.add((await setAlert(person, rising)).id);
    };
    const reader = async () => {
      for (let n = 0; n < 10; n++) {
        const before = [...set];
        const { alerts } = await listOf(person, '?limit=100');
        expect(alerts.map((alert) => alert.id)).toEqual(expect.arrayContaining(before));
      }
    };
    await Promise.all([writer(), writer(), reader(), reader(), reader()]);
    expect(new Set(await idsOf(person, '?limit=100'))).toEqual(set);
  }, 120_000);
});

describe('an alert that has fired', () => {
  let person: Person;
  let id = '';

  beforeAll(async () => {
    person = await newPerson('trader');
    await tellPrices({ 'bitcoin-cash': { prices: { usd: '390' } } });
    id = (await setAlert(person, { coin: 'bitcoin-cash', price: '400', note: 'Sell <all>' })).id;
    await priceIs('bitcoin-cash', 'usd', '399.99');
    await priceIs('bitcoin-cash', 'usd', '400.00');
  }, 120_000);

  it('says by what', async () => {
    const { body } = expectStatus(200, await person.ask('GET', `${path}/${id}`));
    expect(body).toMatchObject({
      status: 'TRIGGERED',
      fired: 1,
      triggered_at: expect.any(String),
      firings: [
        {
          n: 1,
          price: '400',
          previous_price: '399.99',
          observed_at: expect.any(String),
          source: new URL(address).host,
          fired_at: expect.any(String),
        },
      ],
      next: null,
    });
  });

  it('has a page behind the link in its mail that changes nothing, loads nothing and tells nobody', async () => {
    const [mail] = await alertMails(person.email, 1);
    const url = `${address}${linkIn(mail?.BodyText ?? '')}`;
    expect(Buffer.from(url.split('/').at(-1)?.split('.')[0] ?? '', 'base64url').toString()).not.toContain('@');
    const answer = await fetch(url);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    const page = await answer.text();
    expect([answer.status, page]).toEqual([200, expect.stringContaining('bitcoin-cash rises to 400 USD')]);
    expect(page).not.toMatch(/<script|src=|href=/);
    expect((await fetch(`${url}x`)).status).toBe(403);
    expect((await fetch(url, { method: 'POST', body: new URLSearchParams({ action: 'explode' }) })).status).toBe(400);
    expect((await person.ask('GET', `${path}/${id}`)).body.status).toBe('TRIGGERED');
  });

  it('is set again by the link, deleted by it, and not set again then', async () => {
    const [mail] = await alertMails(person.email, 1);
    const url = `${address}${linkIn(mail?.BodyText ?? '')}`;
    const press = async (action: string) => {
      const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ action }) });
      return [answer.status, await answer.text()];
    };
    const status = async () => (await person.ask('GET', `${path}/${id}`)).body.status;
    expect(await press('rearm')).toEqual([200, expect.stringContaining('It is set')]);
    expect(await press('rearm')).toEqual([200, expect.stringContaining('It is set')]);
    expect(await status()).toBe('CREATED');
    expect(await press('delete')).toEqual([200, expect.stringContaining('It is deleted')]);
    expect(await press('delete')).toEqual([200, expect.stringContaining('It is deleted')]);
    expect(await press('rearm')).toEqual([409, expect.stringContaining('deleted')]);
    expect(await status()).toBe('DELETED');
    expect((await rearm(person, { id })).body.type).toBe('urn:carillon:problem:alert-deleted');
  });
});

it('an alert whose time is over does not fire, and is set again with another end, or none', async () => {
  const person = await newPerson('trader');
  const expires_at = new Date(Date.now() + 8000).toISOString();
  const condition = { kind: 'above', price: '0.16' };
  const { id } = await setAlert(person, { coin: 'dogecoin', currency: 'eur', condition, expires_at });
  await sleep(Date.parse(expires_at) - Date.now() + 100);
  await priceIs('dogecoin', 'eur', '0.165');
  const read = async () => (await person.ask('GET', `${path}/${id}`)).body;
  expect(await read()).toMatchObject({ status: 'EXPIRED', fired: 0, expires_at, expired_at: expect.any(String) });
  expect(await idsOf(person)).toEqual([id]);
  expect((await rearm(person, { id })).body.type).toBe('urn:carillon:problem:alert-over');
  expect(reasons(await rearm(person, { id, expires_at }))).toMatchObject([400, [{ field: 'expires_at' }]]);
  const later = expectStatus(200, await rearm(person, { id, expires_at: '2031-12-01T09:00:00+01:00' }));
  expect(later.body).toMatchObject({ status: 'CREATED', expires_at: '2031-12-01T08:00:00.000Z' });
  await look();
  const lifted = expectStatus(200, await rearm(person, { id, expires_at: null }));
  expect(lifted.body).toMatchObject({ status: 'CREATED', fired: 1 });
  expect(lifted.body).not.toHaveProperty('expires_at');
}, 60_000);

it('goes with the account of its owner', async () => {
  const person = await newPerson('leaving');
  const { id } = await setAlert(person, { coin: 'ethereum', condition: { kind: 'above', price: '1' } });
  await look();
  const [mail] = await alertMails(person.email, 1);
  const url = `${address}${linkIn(mail?.BodyText ?? '')}`;
  expectStatus(204, await person.ask('DELETE', `/api/v1/users/${person.id}`));
  const left = await Promise.all(
    [`user#${person.id}`, `alert#${id}`].map((pk) =>
      tables().send(
        new QueryCommand({
          TableName: tableName('price-alerts'),
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
          ConsistentRead: true,
        }),
      ),
    ),
  );
  expect(left.map(({ Items }) => Items)).toEqual([[], []]);
  expect((await fetch(url)).status).toBe(403);
  // A token outlives its account.
  const again = await person.ask('POST', '/api/v1/alerts/create', { body: { coin: 'ethereum', price: '1' } });
  expect(again.status).toBe(403);
}, 120_000);
