import * as z from 'zod';
import { htmlReply, PAGE_HEADERS, tokenParams } from '../../shared/http/page.ts';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { readAlertLink } from '../alert-link.ts';
import { pressedPage } from '../linked-alert.ts';
import type { PriceAlertsApi } from '../price-alerts-api.ts';

export const actByLinkRoute = openRoute<PriceAlertsApi>()(
  {
    method: 'POST',
    path: '/api/v1/alert-links/{token}',
    tag: 'price alerts',
    summary: 'Deletes the alert that the link came with, or sets it again',
    params: tokenParams,
    query: nothing,
    body: z.strictObject({ action: z.enum(['delete', 'rearm']) }),
    takesForms: true,
    replies: {
      200: htmlReply('It is deleted, or set again, or was before'),
      403: htmlReply('The link was altered, or the alert is gone'),
      409: htmlReply('It is as it was: it can not be set again, or is being changed by others'),
      503: htmlReply('The price is not known at the moment'),
    },
    errors: [],
  },
  async ({ params, body, now }, deps) => ({
    ...(await pressedPage(readAlertLink(params.token, deps.seal), body.action, deps, now)),
    headers: PAGE_HEADERS,
  }),
);
