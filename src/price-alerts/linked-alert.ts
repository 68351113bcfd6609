import { PriceUnavailable } from '../prices/current-price.ts';
import { ChangedMeanwhile, InvalidRequest } from '../shared/errors.ts';
import { type Alert, AlertDeleted, type AlertKey, AlertNotFound, deleteAlert, isOver, TooManyAlerts } from './alert.ts';
import { alertPage, refusedPage, unchangedPage } from './alert-page.ts';
import type { AlertStore } from './alert-store.ts';
import { type AgainDeps, setAgain } from './set-alert.ts';

const REFUSED = { status: 403, body: refusedPage } as const;

/** What a link shows. */
export async function linkedPage(
  link: AlertKey | undefined,
  { alerts }: { readonly alerts: Pick<AlertStore, 'find'> },
) {
  const alert = link && (await alerts.find(link.userId, link.id));
  return alert ? ({ status: 200, body: alertPage(alert) } as const) : REFUSED;
}

/** What it shows after a button was pressed. */
export async function pressedPage(link: AlertKey | undefined, action: 'delete' | 'rearm', deps: AgainDeps, now: Date) {
  if (!link) return REFUSED;
  try {
    const alert =
      action === 'delete'
        ? await deps.alerts.change(link.userId, link.id, (each) => deleteAlert(each, now))
        : await setAgain(link, (each) => endAgain(each, now), deps, now);
    return { status: 200, body: alertPage(alert) } as const;
  } catch (error) {
    if (error instanceof AlertNotFound) return REFUSED;
    if (error instanceof PriceUnavailable) return { status: 503, body: unchangedPage(error.message) } as const;
    if (isConflict(error)) return { status: 409, body: unchangedPage(error.message) } as const;
    throw error;
  }
}

/** What a person can be told on a page as it is. */
const isConflict = (error: unknown): error is Error =>
  [AlertDeleted, TooManyAlerts, InvalidRequest, ChangedMeanwhile].some((each) => error instanceof each);

/** Whoever sets an alert again by its link can't name another end: where the one that it had is past, it has none. */
const endAgain = ({ expires_at }: Alert, now: Date) => (isOver(expires_at, now.toISOString()) ? null : undefined);
