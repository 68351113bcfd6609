import { readAcknowledgeLink } from '../../notifications/acknowledge-link.ts';
import { htmlReply, PAGE_HEADERS, tokenParams } from '../../shared/http/page.ts';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { linkedPage } from '../acknowledgement/linked-page.ts';
import type { RemindersApi } from '../reminders-api.ts';

export default openRoute<RemindersApi>()(
  {
    method: 'GET',
    path: '/api/v1/acknowledge/{token}',
    tag: 'reminders',
    summary: 'The page behind the link in a reminder that asks to be acknowledged; it changes nothing',
    params: tokenParams,
    query: nothing,
    body: nothing,
    replies: {
      200: htmlReply('A form that asks, or that it is acknowledged'),
      403: htmlReply('The link was altered'),
      410: htmlReply('Nobody is asked any more'),
    },
    errors: [],
  },
  async ({ params, now }, deps) => ({
    ...(await linkedPage(readAcknowledgeLink(params.token, deps.seal), now, deps)),
    headers: PAGE_HEADERS,
  }),
);
