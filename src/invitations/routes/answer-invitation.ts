import { ChangedMeanwhile } from '../../shared/errors.ts';
import { nothing, type Route, route } from '../../shared/http/route.ts';
import { answer } from '../end-invitation.ts';
import {
  type Answer,
  InvitationAnswered,
  InvitationExpired,
  InvitationNotFound,
  InvitationWithdrawn,
} from '../invitation.ts';
import { type InvitationsApi, invitationPath } from '../invitations-api.ts';
import { OwnInvitationView, viewOwnInvitation } from '../view.ts';

const answerRoute = (verb: 'accept' | 'decline', how: Answer, summary: string): Route<InvitationsApi> =>
  route<InvitationsApi>()(
    {
      method: 'POST',
      path: `/api/v1/invitations/{id}/${verb}`,
      tag: 'invitations',
      summary,
      params: invitationPath,
      query: nothing,
      body: nothing,
      replies: {
        200: { description: 'The invitation with your answer, also when you repeat it', schema: OwnInvitationView },
      },
      errors: [InvitationNotFound, InvitationAnswered, InvitationWithdrawn, InvitationExpired, ChangedMeanwhile],
    },
    async ({ params, caller, now }, deps) => {
      const answered = await answer(params.id, caller.userId, how, deps, now);
      return { status: 200, body: await viewOwnInvitation(answered, deps.groups, now) };
    },
  );

export const acceptInvitationRoute = answerRoute(
  'accept',
  'ACCEPTED',
  'Accept an invitation: you are in the group then',
);
export const declineInvitationRoute = answerRoute('decline', 'DECLINED', 'Decline an invitation');
