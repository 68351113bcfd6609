import { randomUUID } from 'node:crypto';
import { type Alert, createAlert } from '../src/price-alerts/alert.ts';
import { alertStore } from '../src/price-alerts/alert-store.ts';
import { listAlerts } from '../src/price-alerts/list-alerts.ts';
import { pageCache } from '../src/price-alerts/page-cache.ts';
import { cursors, type Page } from '../src/shared/http/cursor.ts';
import type { Figure } from './figure.ts';
import { meter } from './metered.ts';
import type { Stack } from './stack.ts';

/** An app that shows its user's alerts asks twice a minute for eight hours, in which a few of them change. */
const DAY = { requests: 960, changes: 10 };

/** What a list of a person's alerts costs with and without what is remembered of it, by how many are on the page. */
export async function alertListFigures(stack: Stack): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of [5, 20, 100]) figures.push(...(await figuresOf(stack, count)));
  return figures;
}

async function figuresOf(stack: Stack, count: number): Promise<Figure[]> {
  const documents = stack.newDocuments();
  const { take } = meter(documents, stack.documents);
  const alerts = alertStore(documents, stack.table('price-alerts'));
  const userId = randomUUID();
  for (let n = 0; n < count; n++) await alerts.create(...newAlert(userId));

  const deps = { alerts, pages: pageCache<Page<Alert>>(1_000), cursors: cursors('bench') };
  const unitsOf = async (read: () => Promise<unknown>) => {
    take();
    await read();
    return take().read;
  };
  const list = (seen?: string) => listAlerts({ userId, status: undefined, limit: 100, seen }, deps);
  const bare = await unitsOf(() => alerts.list(userId, undefined, { limit: 100, after: undefined }));
  const anew = await unitsOf(() => list());
  const remembered = await unitsOf(() => list());
  const { tag } = await list();
  const unchanged = await unitsOf(() => list(tag));
  const day = DAY.changes * anew + (DAY.requests - DAY.changes) * unchanged;
  return [
    { what: `read units of a list of ${count}: the alerts alone`, measured: bare },
    { what: '  with their version, because it has changed', measured: anew, budget: bare + 1 },
    { what: '  out of the memory of the process', measured: remembered, budget: 1 },
    { what: '  answered by 304', measured: unchanged, budget: 1 },
    {
      what: '  of a day of an open app, of what it would be without',
      measured: (100 * day) / (DAY.requests * bare),
      unit: '%',
    },
  ];
}

function newAlert(userId: string): Parameters<ReturnType<typeof alertStore>['create']> {
  const now = new Date();
  const creation = { id: randomUUID(), fingerprint: randomUUID() };
  const content = {
    coin: 'bitcoin',
    currency: 'usd' as const,
    condition: { kind: 'crosses_up' as const, price: '65000.5' },
    repeat: 'once' as const,
    channels: ['email' as const],
    note: 'Sell a third of it, and look again tomorrow.',
  };
  const current = { price: '64250.5', observed_at: now.toISOString() };
  return [createAlert(creation, userId, content, current, now), creation];
}
