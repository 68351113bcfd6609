import type { Observation } from '../prices/market.ts';
import type { Creation } from '../shared/http/creation.ts';
import { ensureStillHere } from '../users/still-here.ts';
import {
  type Alert,
  type AlertContent,
  AlertDeleted,
  type AlertKey,
  AlertNotFound,
  createAlert,
  isLive,
  rearmAlert,
  seriesOf,
} from './alert.ts';
import type { AlertDraft } from './alert-draft.ts';
import type { AlertStore } from './alert-store.ts';
import { reaching } from './condition.ts';
import type { PriceAlertsApi } from './price-alerts-api.ts';

export interface AgainDeps extends Pick<PriceAlertsApi, 'markets' | 'prices' | 'places'> {
  readonly alerts: Pick<AlertStore, 'find' | 'change'>;
}

interface Deps extends Pick<PriceAlertsApi, 'users' | 'markets' | 'prices' | 'coins' | 'places'> {
  readonly alerts: Pick<AlertStore, 'repeated' | 'create'>;
}

interface Request {
  readonly creation: Creation;
  readonly userId: string;
  readonly draft: AlertDraft;
}

/**
 * Sets an alert by what the coin costs at this moment; the same request again answers the alert that it has set. Throws Forbidden to somebody who
 * has left, what the price and the list of coins throw, InvalidRequest where it makes no sense, TooManyAlerts and IdempotencyKeyReused.
 */
export async function setAlert({ creation, userId, draft }: Request, deps: Deps, now: Date): Promise<Alert> {
  const repeated = await deps.alerts.repeated(creation, userId);
  if (repeated) return repeated;
  await ensureStillHere(deps.users, userId);
  const coin = await deps.coins.named(draft.coin, now);
  const current = await deps.prices.current({ coin, currency: draft.currency }, now);
  const { wanted, ...rest } = draft;
  const condition = typeof wanted === 'string' ? reaching(wanted, current.price) : wanted;
  const content: AlertContent = { ...rest, coin, condition };
  const alert = createAlert(creation, userId, content, current, now);
  await watch(alert, current, deps, now);
  const created = await deps.alerts.create(alert, creation);
  await dealWith(created, current, deps);
  return created;
}

/**
 * Sets one of a person's alerts again, by what the coin costs at this moment; one that is live is no change. `expiresAt` as in `rearmAlert`. Throws
 * what that does, what the price does, AlertNotFound, TooManyAlerts and ChangedMeanwhile.
 */
export async function setAgain(
  { userId, id }: AlertKey,
  expiresAt: (alert: Alert) => string | null | undefined,
  deps: AgainDeps,
  now: Date,
): Promise<Alert> {
  const alert = await deps.alerts.find(userId, id);
  if (!alert) throw new AlertNotFound();
  if (isLive(alert)) return alert;
  if (alert.status === 'DELETED') throw new AlertDeleted();
  const current = await deps.prices.current(alert, now);
  await watch(alert, current, deps, now);
  const again = await deps.alerts.change(userId, id, (each) => rearmAlert(each, current, expiresAt(each), now));
  await dealWith(again, current, deps);
  return again;
}

/** It fires at the next look where it is there already, by the price that it begins with. */
async function dealWith(alert: Alert, { observed_at }: Observation, { markets }: Pick<Deps, 'markets'>): Promise<void> {
  if (isLive(alert) && alert.since < observed_at) await markets.untreat(alert, observed_at);
}

/** Before the alert is stored: so whatever is stored is watched. */
async function watch(
  content: AlertContent,
  current: Observation,
  { markets, places }: Pick<Deps, 'markets' | 'places'>,
  now: Date,
): Promise<void> {
  const { coin, currency } = content;
  const market = { coin, currency };
  await markets.watch(market, now, current);
  await places.expect(market, seriesOf(content), now);
}
