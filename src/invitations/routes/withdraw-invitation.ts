import { ensureManager, GroupNotFound } from '../../groups/group.ts';
import { ChangedMeanwhile, Forbidden } from '../../shared/errors.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { withdrawInvitation } from '../end-invitation.ts';
import { InvitationAnswered, InvitationExpired, InvitationNotFound } from '../invitation.ts';
import { groupInvitationPath, type InvitationsApi } from '../invitations-api.ts';

export const withdrawInvitationRoute = route<InvitationsApi>()(
  {
    method: 'DELETE',
    path: '/api/v1/groups/{id}/invitations/{invitation_id}',
    tag: 'invitations',
    summary: 'Take back an invitation to a group that you own or administer',
    params: groupInvitationPath,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'It is withdrawn, or was before', schema: empty } },
    errors: [GroupNotFound, Forbidden, InvitationNotFound, InvitationAnswered, InvitationExpired, ChangedMeanwhile],
  },
  async ({ params: { id, invitation_id }, caller, now }, deps) => {
    ensureManager(await deps.groups.read(id, [caller.userId]), caller.userId);
    await withdrawInvitation(invitation_id, id, deps, now);
    return { status: 204, body: undefined };
  },
);
