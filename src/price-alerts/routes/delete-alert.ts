import * as z from 'zod';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { AlertNotFound, deleteAlert } from '../alert.ts';
import { alertId, type PriceAlertsApi } from '../price-alerts-api.ts';
import { AlertView, viewAlert } from '../view.ts';

export const deleteAlertRoute = route<PriceAlertsApi>()(
  {
    method: 'POST',
    path: '/api/v1/alerts/delete',
    tag: 'price alerts',
    summary: 'Delete an alert of yours; it stays among those that are deleted',
    params: nothing,
    query: nothing,
    body: z.strictObject({ id: alertId }),
    replies: { 200: { description: 'The alert, also when it was deleted before', schema: AlertView } },
    errors: [AlertNotFound, ChangedMeanwhile],
  },
  async ({ body, caller, now }, { alerts }) => {
    const alert = await alerts.change(caller.userId, body.id, (each) => deleteAlert(each, now));
    return { status: 200, body: viewAlert(alert) };
  },
);
