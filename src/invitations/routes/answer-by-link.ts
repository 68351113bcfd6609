import * as z from 'zod';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { htmlReply, PAGE_HEADERS, tokenParams } from '../../shared/http/page.ts';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { readAnswerLink } from '../answer-link.ts';
import { endPage, refusedPage } from '../answer-page.ts';
import { answer } from '../end-invitation.ts';
import { InvitationAnswered, InvitationExpired, InvitationNotFound, InvitationWithdrawn } from '../invitation.ts';
import type { InvitationsApi } from '../invitations-api.ts';

const ANSWERS = { accept: 'ACCEPTED', decline: 'DECLINED' } as const;

/** An invitation that has ended otherwise meanwhile. */
const OVER = [InvitationAnswered, InvitationExpired, InvitationWithdrawn];

export const answerByLinkRoute = openRoute<InvitationsApi>()(
  {
    method: 'POST',
    path: '/api/v1/invitation-links/{token}',
    tag: 'invitations',
    summary: 'Answers the invitation that the link came with',
    params: tokenParams,
    query: nothing,
    body: z.strictObject({ answer: z.enum(['accept', 'decline']) }),
    takesForms: true,
    replies: {
      200: htmlReply('It is answered, or was before'),
      403: htmlReply('The link was altered, or the invitation is kept no longer'),
      409: htmlReply('It has ended otherwise'),
    },
    errors: [ChangedMeanwhile],
  },
  async ({ params, body, now }, deps) => {
    const about = readAnswerLink(params.token, deps.seal);
    if (!about) return { status: 403, headers: PAGE_HEADERS, body: refusedPage };
    try {
      const { status } = await answer(about.invitation, about.user, ANSWERS[body.answer], deps, now);
      return { status: 200, headers: PAGE_HEADERS, body: endPage(status) };
    } catch (error) {
      if (error instanceof InvitationNotFound) return { status: 403, headers: PAGE_HEADERS, body: refusedPage };
      if (!OVER.some((over) => error instanceof over)) throw error;
      const ended = await deps.invitations.find(about.invitation);
      return { status: 409, headers: PAGE_HEADERS, body: endPage(ended?.status ?? 'WITHDRAWN') };
    }
  },
);
