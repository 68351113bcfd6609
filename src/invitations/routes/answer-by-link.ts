import * as z from 'zod';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { htmlReply, PAGE_HEADERS, tokenParams } from '../../shared/http/page.ts';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { readAnswerLink } from '../answer-link.ts';
import { answeredPage } from '../answered-page.ts';
import type { InvitationsApi } from '../invitations-api.ts';

const ANSWERS = { accept: 'ACCEPTED', decline: 'DECLINED' } as const;

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
    const link = readAnswerLink(params.token, deps.seal);
    return { ...(await answeredPage(link, ANSWERS[body.answer], deps, now)), headers: PAGE_HEADERS };
  },
);
