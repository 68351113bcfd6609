import { ensureManager, GroupNotFound } from '../../groups/group.ts';
import { Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { InvitationNotFound } from '../invitation.ts';
import { groupInvitationPath, type InvitationsApi } from '../invitations-api.ts';
import { InvitationView, viewInvitation } from '../view.ts';

export const getGroupInvitationRoute = route<InvitationsApi>()(
  {
    method: 'GET',
    path: '/api/v1/groups/{id}/invitations/{invitation_id}',
    tag: 'invitations',
    summary: 'Read an invitation to a group that you own or administer',
    params: groupInvitationPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The invitation, and how it ended where it has', schema: InvitationView } },
    errors: [GroupNotFound, Forbidden, InvitationNotFound],
  },
  async ({ params: { id, invitation_id }, caller, now }, { groups, invitations }) => {
    ensureManager(await groups.read(id, [caller.userId]), caller.userId);
    const invitation = await invitations.find(invitation_id);
    if (invitation?.group_id !== id) throw new InvitationNotFound();
    return { status: 200, body: viewInvitation(invitation, now) };
  },
);
