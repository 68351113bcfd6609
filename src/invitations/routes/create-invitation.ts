import { GroupNotFound } from '../../groups/group.ts';
import { ChangedMeanwhile, Forbidden, IdempotencyKeyReused } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { AlreadyMember, DeclinedLately, Invitee, TooManyInvitations } from '../invitation.ts';
import { groupPath, type InvitationsApi } from '../invitations-api.ts';
import { inviteToGroup } from '../invite-to-group.ts';
import { InvitationView, viewInvitation } from '../view.ts';

export const createInvitationRoute = route<InvitationsApi>()(
  {
    method: 'POST',
    path: '/api/v1/groups/{id}/invitations',
    tag: 'invitations',
    summary: 'Invite a user, an email address or a phone to a group that you own or administer',
    params: groupPath,
    query: nothing,
    body: Invitee,
    replies: {
      200: { description: 'The invitation that they have open already', schema: InvitationView },
      201: { description: 'The invitation', schema: InvitationView },
    },
    errors: [
      GroupNotFound,
      Forbidden,
      AlreadyMember,
      DeclinedLately,
      TooManyInvitations,
      IdempotencyKeyReused,
      ChangedMeanwhile,
    ],
  },
  async ({ params, body: to, caller, creation, now }, deps) => {
    const request = { creation, groupId: params.id, callerId: caller.userId, to };
    const { invitation, isNew } = await inviteToGroup(request, deps, now);
    const body = viewInvitation(invitation, now);
    if (!isNew) return { status: 200, body };
    const location = `/api/v1/groups/${invitation.group_id}/invitations/${invitation.id}`;
    return { status: 201, body, headers: { location } };
  },
);
