import type { Route } from '../../shared/http/route.ts';
import type { InvitationsApi } from '../invitations-api.ts';
import { answerByLinkRoute } from './answer-by-link.ts';
import { acceptInvitationRoute, declineInvitationRoute } from './answer-invitation.ts';
import { askByLinkRoute } from './ask-by-link.ts';
import { createInvitationRoute } from './create-invitation.ts';
import { getGroupInvitationRoute } from './get-group-invitation.ts';
import { listGroupInvitationsRoute } from './list-group-invitations.ts';
import { listInvitationsRoute } from './list-invitations.ts';
import { withdrawInvitationRoute } from './withdraw-invitation.ts';

export const routes: readonly Route<InvitationsApi>[] = [
  createInvitationRoute,
  listGroupInvitationsRoute,
  getGroupInvitationRoute,
  withdrawInvitationRoute,
  listInvitationsRoute,
  acceptInvitationRoute,
  declineInvitationRoute,
  askByLinkRoute,
  answerByLinkRoute,
];
