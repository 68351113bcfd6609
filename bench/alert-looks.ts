import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { notificationStore } from '../src/notifications/notification-store.ts';
import { notifier } from '../src/notifications/notifier.ts';
import { createAlert, seriesOf } from '../src/price-alerts/alert.ts';
import { alertStore } from '../src/price-alerts/alert-store.ts';
import { fireAlerts, type Left } from '../src/price-alerts/fire-alerts.ts';
import { placeIndex } from '../src/price-alerts/place-index.ts';
import { type Market, marketId } from '../src/prices/market.ts';
import { marketStore } from '../src/prices/market-store.ts';
import { writeMany } from '../src/shared/dynamodb/items.ts';
import type { Figure } from './figure.ts';
import { itemSize } from './item-size.ts';
import { meter } from './metered.ts';
import type { Stack } from './stack.ts';

/** Alerts on one market, most of them far from its price. */
const SIZES = [10, 1_000, 100_000];
const PER_PERSON = 50;

/** Far ahead, where no sweep of the stack's looks. */
const BEGIN = Date.parse('2090-06-01T00:00:00Z');

/** What a look at one market costs, by how many alerts wait there and how many of them fire. */
export async function alertLookFigures(stack: Stack): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of SIZES) figures.push(...(await costOfLooks(stack, size)));
  return figures;
}

function worldOf(stack: Stack) {
  const documents = stack.newDocuments();
  const metered = meter(documents, stack.documents);
  const market: Market = { coin: `coin-${randomUUID()}`, currency: 'usd' };
  const alerts = alertStore(documents, stack.table('price-alerts'));
  const places = placeIndex(documents, stack.table('price-alerts'));
  // Out of the sight of the stack's own watch, which would deal with some of it first.
  const markets = marketStore(documents, stack.table('price-alerts'));
  let time = BEGIN;
  const now = () => new Date(time);

  /** As a route does it; answers where it is. */
  async function setAlert(userId: string, price: string): Promise<string> {
    const content = { ...market, condition: { kind: 'crosses_up' as const, price }, repeat: 'once' as const };
    const creation = { id: randomUUID(), fingerprint: '' };
    const current = { price: '100', observed_at: now().toISOString() };
    const alert = createAlert(creation, userId, { ...content, channels: ['email'] }, current, now());
    await places.expect(market, seriesOf(content), now());
    await alerts.create(alert, creation);
    return alert.id;
  }

  async function observe(price: string): Promise<void> {
    time += 60_000;
    await markets.accept(market, { price, observed_at: now().toISOString(), source: 'feed.example' });
  }

  const deps = {
    alerts,
    places,
    markets,
    notifier: notifier(notificationStore(documents, stack.table('notifications')), { start: async () => true }),
    linkTo: () => 'https://carillon.example/alert',
    now,
  };
  async function look(): Promise<number> {
    let left: Left = { markets: [marketId(market)], from: null };
    let looked = 0;
    while (left.markets.length > 0) {
      const step = await fireAlerts(left, { alerts: 300, markets: 50 }, deps);
      looked += step.looked;
      left = { markets: step.markets, from: step.from };
    }
    return looked;
  }

  return { market, alerts, markets, metered, now, setAlert, observe, look };
}

/** Copies of one alert for many people, which no price comes near. */
async function copies(stack: Stack, userId: string, id: string, market: Market, count: number): Promise<number> {
  const TableName = stack.table('price-alerts');
  const { Item } = await stack.documents.send(
    new GetCommand({ TableName, Key: { pk: `user#${userId}`, sk: `alert#${id}` } }),
  );
  const original = z.record(z.string(), z.unknown()).parse(Item);
  const put = Array.from({ length: count }, (_, n) => {
    const owner = `bench-${Math.floor(n / PER_PERSON)}-${market.coin}`;
    const copy = randomUUID();
    const key = { pk: `user#${owner}`, sk: `alert#${copy}`, in_status: `CREATED#${copy}` };
    return { ...original, ...key, id: copy, alert_id: copy, user_id: owner, bound: 1_000_000 + n };
  });
  await writeMany(stack.documents, TableName, { put });
  return itemSize(original);
}

async function costOfLooks(stack: Stack, size: number): Promise<Figure[]> {
  const { market, markets, metered, now, setAlert, observe, look } = worldOf(stack);
  await markets.watch(market, now());
  const [one, ...ten] = ['101', ...Array.from({ length: 10 }, () => '102')];
  for (const price of ['101', ...ten].slice(0, Math.min(11, size))) await setAlert(randomUUID(), price);
  const far = randomUUID();
  const bytes = await copies(stack, far, await setAlert(far, '1000000'), market, Math.max(0, size - 12));
  const figures: Figure[] = [];
  for (const [firing, price] of [
    [0, '100.5'],
    [1, one],
    [Math.min(10, size - 1), '102'],
  ] as const) {
    await observe(price ?? '');
    metered.take();
    const looked = await look();
    const { read, write, calls } = metered.take();
    const what = `${size.toLocaleString('en')} alerts, ${firing} of them fire:`;
    figures.push(
      { what: `${what} alerts looked at`, measured: looked, budget: firing },
      { what: '  read units', measured: read, budget: 5 + firing },
      { what: '  write units', measured: write, budget: 2 + 15 * firing },
      { what: '  requests', measured: calls, budget: 7 + 4 * firing },
    );
  }
  return [
    ...figures,
    { what: '  read units that a scan of these alerts would take', measured: Math.ceil((size * bytes) / 4096) / 2 },
  ];
}
