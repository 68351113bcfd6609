import * as z from 'zod';
import { PriceUnavailable } from '../../prices/current-price.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { AlertDeleted, AlertNotFound, AlertOver, TooManyAlerts } from '../alert.ts';
import { End } from '../alert-draft.ts';
import { alertId, type PriceAlertsApi } from '../price-alerts-api.ts';
import { setAgain } from '../set-alert.ts';
import { AlertView, viewAlert } from '../view.ts';

export const rearmAlertRoute = route<PriceAlertsApi>()(
  {
    method: 'POST',
    path: '/api/v1/alerts/rearm',
    tag: 'price alerts',
    summary: 'Set an alert of yours again that has fired, or whose time is over',
    params: nothing,
    query: nothing,
    body: z.strictObject({
      id: alertId,
      expires_at: End.nullish().describe(
        'Its end from now on; null for none. Without it, it keeps the one that it has',
      ),
    }),
    replies: { 200: { description: 'The alert, also when it was live before', schema: AlertView } },
    errors: [AlertNotFound, AlertDeleted, AlertOver, TooManyAlerts, PriceUnavailable, ChangedMeanwhile],
  },
  async ({ body: { id, expires_at }, caller: { userId }, now }, deps) => {
    const alert = await setAgain({ userId, id }, () => expires_at, deps, now);
    return { status: 200, body: viewAlert(alert) };
  },
);
