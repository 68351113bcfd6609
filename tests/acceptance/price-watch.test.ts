import { randomUUID } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { notifier } from '../../src/notifications/notifier.ts';
import { type Alert, type AlertContent, createAlert, observe, seriesOf } from '../../src/price-alerts/alert.ts';
import { AlertDraft } from '../../src/price-alerts/alert-draft.ts';
import { alertStore } from '../../src/price-alerts/alert-store.ts';
import { fireAlerts, type Left } from '../../src/price-alerts/fire-alerts.ts';
import { firingKey } from '../../src/price-alerts/keys.ts';
import { placeIndex } from '../../src/price-alerts/place-index.ts';
import { setAlert as setByFeed } from '../../src/price-alerts/set-alert.ts';
import { sweepAlerts } from '../../src/price-alerts/sweep.ts';
import type { Market } from '../../src/prices/market.ts';
import { marketStore } from '../../src/prices/market-store.ts';
import { openShard } from '../../src/shared/dynamodb/open-index.ts';
import { type Answer, cutOff, json } from '../channels/support/provider.ts';
import { setFaults } from '../support/faults.ts';
import { alertMails, look, priceIs, setAlert } from '../support/price-alerts.ts';
import { resetPrices, tellPrices } from '../support/price-feed.ts';
import { priceWorld } from '../support/price-world.ts';
import { aws, tableName, tables } from '../support/tables.ts';
import { prefix } from '../support/where.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const alerts = alertStore(tables(), tableName('price-alerts'));
const places = placeIndex(tables(), tableName('price-alerts'));
const notifications = notificationStore(tables(), tableName('notifications'));

/** The watch's own code against a feed that is a real server, at moments of the test's choosing. */
async function watchWorld() {
  const world = await priceWorld(`prices-${randomUUID()}`);
  const market: Market = { coin: `coin-${randomUUID()}`, currency: 'usd' };
  const { markets, look } = world.process();
  const deps = {
    alerts,
    places,
    markets,
    notifier: notifier(notifications, { start: async () => true }),
    linkTo: () => 'https://carillon.example/alert',
    now: world.now,
  };

  async function run() {
    const { status, markets: waiting } = await look();
    let left: Left = { markets: [...waiting], from: null };
    while (left.markets.length > 0) left = await fireAlerts(left, { alerts: 100, markets: 10 }, deps);
    return status;
  }

  return {
    ...world,
    run,
    /** A minute later the feed tells this price, and the watch looks. */
    async at(price: number | string, minutes = 1) {
      world.pass(minutes * 60);
      world.tell({ [market.coin]: { usd: price } });
      return run();
    },
    async set(condition: AlertContent['condition'], repeat: AlertContent['repeat'] = 'once'): Promise<Alert> {
      const creation = { id: randomUUID(), fingerprint: '' };
      await markets.watch(market, world.now());
      const latest = (await markets.find(market))?.latest ?? { price: '100', observed_at: world.now().toISOString() };
      const content: AlertContent = { ...market, condition, repeat, channels: ['email'] };
      await places.expect(market, seriesOf(content), world.now());
      return alerts.create(createAlert(creation, randomUUID(), content, latest, world.now()), creation);
    },
    /** Sets an alert as the API does, by what the feed tells at this moment. */
    reaching: (price: string) =>
      setByFeed(
        {
          creation: { id: randomUUID(), fingerprint: '' },
          userId: randomUUID(),
          draft: AlertDraft.parse({ coin: market.coin, price }),
        },
        {
          alerts,
          places,
          markets,
          prices: world.process().prices,
          coins: { named: async (coin) => coin },
          users: { find: async (id) => ({ id }) },
        },
        world.now(),
      ),
    tellOnly: (price: number) => world.tell({ [market.coin]: { usd: price } }),
    /** The sweep comes across an alert. */
    sweep: ({ user_id: userId, id }: Alert) => {
      async function* open(shard: number) {
        if (shard === 0) yield { userId, id, n: undefined };
      }
      return sweepAlerts({ ...deps, alerts: { ...alerts, open }, report: () => undefined });
    },
    /** The prices that an alert has fired at, in order. */
    async fired({ id }: Alert) {
      const { items } = await alerts.firings(id, { limit: 100, after: undefined });
      return items.map(({ price }) => price).reverse();
    },
  };
}

describe('the watch', () => {
  let world: Awaited<ReturnType<typeof watchWorld>>;
  beforeEach(async () => {
    world = await watchWorld();
  });
  afterEach(() => world.end());

  it('fires by a wick, by a gap, and where the price just touches', async () => {
    const up = await world.set({ kind: 'crosses_up', price: '105' });
    const far = await world.set({ kind: 'crosses_up', price: '110' });
    const down = await world.set({ kind: 'crosses_down', price: '97.5' });
    for (const price of [101, '105.000', 99]) await world.at(price);
    expect(await world.fired(up)).toEqual(['105']);
    await world.at('97.5000000001');
    expect(await world.fired(down)).toEqual([]);
    await world.at('97.5');
    await world.at(115);
    expect(await world.fired(down)).toEqual(['97.5']);
    expect(await world.fired(far)).toEqual(['115']);
    for (const each of [up, far, down]) expect((await alerts.find(each.user_id, each.id))?.status).toBe('TRIGGERED');
  });

  it('fires at what binary fractions can not tell apart', async () => {
    const alert = await world.set({ kind: 'crosses_up', price: '100.100000000000000001' });
    await world.at('100.1');
    expect(await world.fired(alert)).toEqual([]);
    await world.at('100.100000000000000001');
    expect(await world.fired(alert)).toEqual(['100.100000000000000001']);
  });

  it('fires by no jump that a second look does not confirm', async () => {
    await world.set({ kind: 'above', price: '1000' });
    const alert = await world.set({ kind: 'crosses_up', price: '150' });
    for (const price of [100, 1e6, 101]) await world.at(price);
    expect(await world.fired(alert)).toEqual([]);
    for (const price of [160, 161]) await world.at(price);
    expect(await world.fired(alert)).toEqual(['161']);
  });

  it('every time: not again before it has come back by the hysteresis, nor within the cooldown', async () => {
    const alert = await world.set({ kind: 'crosses_up', price: '105' }, { cooldown: 'PT5M', hysteresis: '2' });
    //            fires   not back enough  back, fires no more: cooldown   over, seen below  fires
    for (const price of [100, 106, 103.5, 106, 102, 107, 102, 104]) await world.at(price);
    expect(await world.fired(alert)).toEqual(['106']);
    await world.at(105);
    expect(await world.fired(alert)).toEqual(['106', '105']);
  });

  it('by the price that an alert is set by, where that is what it waits for', async () => {
    world.tellOnly(100);
    const first = await world.reaching('100');
    await world.run();
    expect(await world.fired(first)).toEqual(['100']);
    const second = await world.reaching('100');
    const other = await world.reaching('101');
    await world.run();
    expect([await world.fired(first), await world.fired(second), await world.fired(other)]).toEqual([
      ['100'],
      ['100'],
      [],
    ]);
  });

  it('by another price of the second in which an alert was set, though the feed tells whole seconds', async () => {
    await world.set({ kind: 'above', price: '1000' });
    await world.at(100);
    world.pass(60);
    world.tellOnly(101);
    const alert = await world.reaching('105');
    world.tellOnly(106);
    await world.run();
    world.tellOnly(101);
    await world.run();
    expect(await world.fired(alert)).toEqual(['106']);
  });

  it('by what was observed before the end of an alert, though the sweep comes first', async () => {
    world.tellOnly(100);
    const set = await world.reaching('105');
    const end = new Date(world.now().getTime() + 30_000).toISOString();
    await alerts.change(set.user_id, set.id, (alert) => ({ ...alert, revision: alert.revision + 1, expires_at: end }));
    world.pass(20);
    world.tellOnly(106);
    await world.process().look();
    world.pass(60);
    await world.sweep(set);
    expect((await alerts.find(set.user_id, set.id))?.status).toBe('CREATED');
    await world.run();
    expect(await world.fired(set)).toEqual(['106']);
  });

  it('of a change: by the price at the beginning of its window, and not without one', async () => {
    const alert = await world.set({
      kind: 'changes',
      percent: '5',
      direction: 'either',
      within: '5m',
      against: 'window_open',
    });
    // Nothing is known of five minutes before.
    for (const price of [100, 106]) await world.at(price);
    expect(await world.fired(alert)).toEqual([]);
    for (const price of [104, 104, 104, 104, 101]) await world.at(price);
    expect(await world.fired(alert)).toEqual([]);
    await world.at(98.8);
    expect(await world.fired(alert)).toEqual(['98.8']);
  });

  it('goes through an hour without the feed: nothing fires by what was, and nothing is lost', async () => {
    await world.at(100);
    const lasting = await world.set({ kind: 'crosses_up', price: '105' });
    const passing = await world.set({ kind: 'crosses_down', price: '95' });
    const level = await world.set({ kind: 'above', price: '100' });
    const failures: Answer[] = [
      json(500, {}),
      json(429, {}, { 'retry-after': '120' }),
      json(200, 'garbage'),
      json(200, { nothing: 'of this' }),
      cutOff,
    ];
    const ends = new Set<string>();
    for (let minute = 0; minute < 60; minute++) {
      world.pass(60);
      const failure = failures[minute % failures.length];
      if (failure) world.answer(failure);
      ends.add(await world.run());
    }
    expect([...ends]).toContain('FEED_UNAVAILABLE');
    for (const each of [lasting, passing, level]) expect(await world.fired(each)).toEqual([]);
    for (let n = 0; n < 12; n++) await world.at(106);
    expect(await world.fired(lasting)).toEqual(['106']);
    expect(await world.fired(passing)).toEqual([]);
    expect(await world.fired(level)).toEqual(['106']);
  });
});

const lambda = new LambdaClient(aws);
const invoke = async (name: string, payload: object) => {
  const command = new InvokeCommand({ FunctionName: `${prefix}-${name}`, Payload: JSON.stringify(payload) });
  expect((await lambda.send(command)).FunctionError).toBeUndefined();
};
const sweep = () => invoke('sweep-price-alerts', {});

const Shown = z.looseObject({
  status: z.string(),
  firings: z.array(z.looseObject({ price: z.string(), previous_price: z.string().optional(), source: z.string() })),
});
const shown = async (person: Person, id: string) =>
  Shown.parse(expectStatus(200, await person.ask('GET', `/api/v1/alerts/${id}`)).body);

describe('the deployed watch', () => {
  beforeAll(async () => void (await resetPrices()));
  afterEach(() => setFaults([]));

  it('fires once though two looks go on at once, and says by what', async () => {
    const person = await newPerson('trader');
    await priceIs('pepe', 'usd', '0.000010');
    const { id } = await setAlert(person, { coin: 'pepe', price: '0.0000105' });
    await priceIs('pepe', 'usd', '0.0000104');
    expect((await shown(person, id)).status).toBe('CREATED');
    await tellPrices({ pepe: { prices: { usd: '1.05e-05' } } });
    expect(await Promise.all([look(), look()])).toEqual(['WatchDone', 'WatchDone']);
    expect(await shown(person, id)).toMatchObject({
      status: 'TRIGGERED',
      firings: [{ n: 1, price: '0.0000105', previous_price: '0.0000104', source: expect.any(String) }],
    });
    await priceIs('pepe', 'usd', '0.000011');
    const mails = await alertMails(person.email, 1);
    expect(mails).toHaveLength(1);
  });

  it('tells once though the answer of a table is lost', async () => {
    const person = await newPerson('trader');
    const { id } = await setAlert(person, { coin: 'solana', price: '190' });
    const markets = marketStore(tables(), tableName('prices'));
    const observed_at = new Date().toISOString();
    await markets.accept({ coin: 'solana', currency: 'usd' }, { price: '191', observed_at, source: 'feed' });
    await setFaults([{ service: 'dynamodb', action: 'PutItem', times: 1, lost: true, status: 500 }]);
    await invoke('fire-alerts', { markets: ['solana/usd'], from: null });
    expect((await shown(person, id)).status).toBe('TRIGGERED');
    expect(await alertMails(person.email, 1)).toHaveLength(1);
  });

  it('tells, by its sweep, what was claimed and not told, and ends what is over', async () => {
    const person = await newPerson('trader');
    const long = new Date(Date.now() - 2 * MINUTE);
    const created = await setAlert(person, { coin: 'dogecoin', price: '0.2' });
    await alerts.move(person.id, created.id, (alert) =>
      observe(
        alert,
        { price: '0.21', observed_at: new Date().toISOString(), source: 'feed', values: { price: '0.21' } },
        long,
      ),
    );
    const over = await setAlert(person, {
      coin: 'dogecoin',
      price: '0.3',
      expires_at: new Date(Date.now() + HOUR).toISOString(),
    });
    await alerts.change(person.id, over.id, (alert) => ({
      ...alert,
      revision: alert.revision + 1,
      expires_at: long.toISOString(),
    }));
    await Promise.all([sweep(), sweep()]);
    expect(await alertMails(person.email, 1)).toHaveLength(1);
    expect((await shown(person, over.id)).status).toBe('EXPIRED');
    // As if whoever told had died right after that.
    const untold = new UpdateCommand({
      TableName: tableName('price-alerts'),
      Key: { ...firingKey(created.id, 1) },
      UpdateExpression: 'SET #shard = :shard, due = :due',
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: { ':shard': openShard(created.id), ':due': long.toISOString() },
    });
    await tables().send(untold);
    await sweep();
    expect(await alertMails(person.email, 1)).toHaveLength(1);
  });

  it('forgets a market when no alert has waited for it at two checks', async () => {
    const markets = marketStore(tables(), tableName('prices'));
    const market: Market = { coin: `idle-${randomUUID()}`, currency: 'usd' };
    const ago = (hours: number) => new Date(Date.now() - hours * HOUR);
    await markets.watch(market, ago(4));
    const row = { pk: `market#${market.coin}/usd`, sk: 'price', series: 'price', touched_at: ago(3).toISOString() };
    await tables().send(new PutCommand({ TableName: tableName('price-alerts'), Item: row }));
    await priceIs(market.coin, 'usd', '64198.02');
    expect((await places.expected(market)).map(({ idle_since }) => typeof idle_since)).toEqual(['string']);
    const idle = { ...row, checked_at: ago(2).toISOString(), idle_since: ago(2).toISOString() };
    await tables().send(new PutCommand({ TableName: tableName('price-alerts'), Item: idle }));
    await priceIs(market.coin, 'usd', '64199');
    expect(await places.expected(market)).toEqual([]);
    await priceIs(market.coin, 'usd', '64200');
    expect(await markets.find(market)).toBeUndefined();
    await tellPrices({ [market.coin]: null });
  });
});
