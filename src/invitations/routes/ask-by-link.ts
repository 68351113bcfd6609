import { htmlReply, PAGE_HEADERS, tokenParams } from '../../shared/http/page.ts';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { readAnswerLink } from '../answer-link.ts';
import { askPage, endPage, refusedPage } from '../answer-page.ts';
import { isOpen } from '../invitation.ts';
import type { InvitationsApi } from '../invitations-api.ts';

export const askByLinkRoute = openRoute<InvitationsApi>()(
  {
    method: 'GET',
    path: '/api/v1/invitation-links/{token}',
    tag: 'invitations',
    summary: 'The page behind the link in the email of an invitation; it changes nothing',
    params: tokenParams,
    query: nothing,
    body: nothing,
    replies: {
      200: htmlReply('A form that asks, or how the invitation has ended'),
      403: htmlReply('The link was altered'),
    },
    errors: [],
  },
  async ({ params, now }, { invitations, groups, seal }) => {
    const about = readAnswerLink(params.token, seal);
    const invitation = about && (await invitations.find(about.invitation));
    if (!invitation) return { status: 403, headers: PAGE_HEADERS, body: refusedPage };
    const group = isOpen(invitation, now) ? await groups.find(invitation.group_id) : undefined;
    const body = group ? askPage(group.name) : endPage(invitation.status);
    return { status: 200, headers: PAGE_HEADERS, body };
  },
);
