import { htmlReply, PAGE_HEADERS, tokenParams } from '../../shared/http/page.ts';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { readAlertLink } from '../alert-link.ts';
import { linkedPage } from '../linked-alert.ts';
import type { PriceAlertsApi } from '../price-alerts-api.ts';

export const askByLinkRoute = openRoute<PriceAlertsApi>()(
  {
    method: 'GET',
    path: '/api/v1/alert-links/{token}',
    tag: 'price alerts',
    summary: 'The page behind the link in the message of an alert; it changes nothing',
    params: tokenParams,
    query: nothing,
    body: nothing,
    replies: {
      200: htmlReply('How the alert stands, with a form to delete it or to set it again'),
      403: htmlReply('The link was altered, or the alert is gone'),
    },
    errors: [],
  },
  async ({ params }, deps) => ({
    ...(await linkedPage(readAlertLink(params.token, deps.seal), deps)),
    headers: PAGE_HEADERS,
  }),
);
