import * as z from 'zod';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { htmlReply, PAGE_HEADERS, tokenParams } from '../../shared/http/page.ts';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { readUnsubscription, stopMails } from '../unsubscribe.ts';
import { donePage, refusedPage } from '../unsubscribe-page.ts';
import type { UsersDeps } from '../users-deps.ts';

/** Mail programs post it without asking (RFC 8058), and the page behind the link when its button is pressed. */
export const unsubscribe = openRoute<UsersDeps>()(
  {
    method: 'POST',
    path: '/api/v1/unsubscribe/{token}',
    tag: 'users',
    summary: 'Stops emails of the kind that the link came with',
    params: tokenParams,
    query: nothing,
    body: z.strictObject({ 'List-Unsubscribe': z.literal('One-Click') }),
    takesForms: true,
    replies: { 200: htmlReply('They are stopped, or were before'), 403: htmlReply('The link was altered') },
    errors: [ChangedMeanwhile],
  },
  async ({ params, now }, { users, seal }) => {
    const about = readUnsubscription(params.token, seal);
    if (!about) return { status: 403, headers: PAGE_HEADERS, body: refusedPage };
    // Whoever has left gets no more mails either.
    await users.changeIfThere(about.user, (person) => stopMails(person, about.category, now));
    return { status: 200, headers: PAGE_HEADERS, body: donePage(about.category) };
  },
);
