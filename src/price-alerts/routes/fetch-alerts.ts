import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { empty, nothing, type Route, route } from '../../shared/http/route.ts';
import { listAlerts } from '../list-alerts.ts';
import type { PriceAlertsApi } from '../price-alerts-api.ts';
import { AlertView, viewAlert } from '../view.ts';

const Filter = z.enum(['TRIGGERED', 'CREATED', 'DELETED'], 'must be one of TRIGGERED, CREATED, DELETED');

const fetchRoute = <P extends z.ZodType<{ filter?: z.output<typeof Filter> }>>(
  path: string,
  params: P,
  summary: string,
): Route<PriceAlertsApi> =>
  route<PriceAlertsApi>()(
    {
      method: 'GET',
      path,
      tag: 'price alerts',
      summary,
      params,
      query: pageQuery,
      body: nothing,
      replies: {
        200: {
          description: 'A page of alerts; `next` is the `cursor` of the page after it, and null on the last one',
          schema: z.object({ alerts: z.array(AlertView), next: z.string().nullable() }),
        },
        304: { description: 'It is what `If-None-Match` names', schema: empty },
      },
      errors: [],
    },
    async ({ params: { filter }, query, caller: { userId }, seen }, deps) => {
      const { tag, page } = await listAlerts({ userId, status: filter, ...query, seen }, deps);
      // Kept by whoever asked, who asks again whether it is still so.
      const headers = { etag: tag, 'cache-control': 'private, no-cache' };
      if (!page) return { status: 304, headers, body: undefined };
      return { status: 200, headers, body: { alerts: page.items.map(viewAlert), next: page.next } };
    },
  );

export const fetchAllRoute = fetchRoute('/api/v1/alerts/fetch_all', nothing, 'List your alerts, the newest first');
export const fetchFilteredRoute = fetchRoute(
  '/api/v1/alerts/fetch_all/{filter}',
  z.object({ filter: Filter }),
  'List your alerts of one status, the newest first',
);
