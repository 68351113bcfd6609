import { htmlReply, PAGE_HEADERS, tokenParams } from '../../shared/http/page.ts';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { readUnsubscription } from '../unsubscribe.ts';
import { askPage, refusedPage } from '../unsubscribe-page.ts';
import type { UsersDeps } from '../users-deps.ts';

export const askUnsubscribe = openRoute<UsersDeps>()(
  {
    method: 'GET',
    path: '/api/v1/unsubscribe/{token}',
    tag: 'users',
    summary: 'The page behind the link at the foot of an email; it changes nothing',
    params: tokenParams,
    query: nothing,
    body: nothing,
    replies: { 200: htmlReply('A form that asks'), 403: htmlReply('The link was altered') },
    errors: [],
  },
  async ({ params }, { seal }) => {
    const about = readUnsubscription(params.token, seal);
    return about
      ? { status: 200, headers: PAGE_HEADERS, body: askPage(about.category) }
      : { status: 403, headers: PAGE_HEADERS, body: refusedPage };
  },
);
