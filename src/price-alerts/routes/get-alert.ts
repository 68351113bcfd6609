import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { AlertNotFound } from '../alert.ts';
import { alertId, type PriceAlertsApi } from '../price-alerts-api.ts';
import { AlertView, FiringView, viewAlert } from '../view.ts';

export const getAlertRoute = route<PriceAlertsApi>()(
  {
    method: 'GET',
    path: '/api/v1/alerts/{id}',
    tag: 'price alerts',
    summary: 'Read an alert of yours, with the times that it has fired',
    params: z.object({ id: alertId }),
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'The alert with a page of its firings, the newest first; `next` is null on the last page',
        schema: AlertView.extend({ firings: z.array(FiringView), next: z.string().nullable() }),
      },
    },
    errors: [AlertNotFound],
  },
  async ({ params: { id }, query: { limit, cursor }, caller }, { alerts, cursors }) => {
    const scope = `firings of ${id}`;
    const after = cursors.open(scope, cursor);
    const alert = await alerts.find(caller.userId, id);
    if (!alert) throw new AlertNotFound();
    const { items: firings, next } = await alerts.firings(id, { limit, after });
    return { status: 200, body: { ...viewAlert(alert), firings, next: cursors.seal(scope, next) ?? null } };
  },
);
