import { PriceUnavailable } from '../../prices/current-price.ts';
import { ChangedMeanwhile, Forbidden, IdempotencyKeyReused } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { TooManyAlerts } from '../alert.ts';
import { AlertDraft } from '../alert-draft.ts';
import type { PriceAlertsApi } from '../price-alerts-api.ts';
import { setAlert } from '../set-alert.ts';
import { AlertView, viewAlert } from '../view.ts';

export const createAlertRoute = route<PriceAlertsApi>()(
  {
    method: 'POST',
    path: '/api/v1/alerts/create',
    tag: 'price alerts',
    summary: 'Set an alert: at its simplest a coin and the price that it is to reach',
    params: nothing,
    query: nothing,
    body: AlertDraft,
    replies: { 201: { description: 'The alert', schema: AlertView } },
    errors: [Forbidden, PriceUnavailable, TooManyAlerts, IdempotencyKeyReused, ChangedMeanwhile],
  },
  async ({ body: draft, caller, creation, now }, deps) => {
    const alert = await setAlert({ creation, userId: caller.userId, draft }, deps, now);
    return { status: 201, headers: { location: `/api/v1/alerts/${alert.id}` }, body: viewAlert(alert) };
  },
);
