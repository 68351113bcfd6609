import * as z from 'zod';
import type { GroupStore } from '../groups/group-store.ts';
import { type Invitation, isOpen } from './invitation.ts';

const Status = z
  .enum(['OPEN', 'ACCEPTED', 'DECLINED', 'WITHDRAWN', 'EXPIRED'])
  .describe('Open as long as there is no answer, also while nobody has verified the address');

const instant = z.iso.datetime();

const times = { created_at: instant, expires_at: instant, ended_at: instant.optional() };

/** For whoever invites. Whose an address is, and whether it is anybody's, is not in it. */
export const InvitationView = z.object({
  id: z.string(),
  group_id: z.string(),
  invited_by: z.string(),
  user_id: z.string().optional().describe('As it was invited: one of these three'),
  email: z.string().optional(),
  phone: z.string().optional(),
  status: Status,
  ...times,
});

/** For the invitee. */
export const OwnInvitationView = z.object({
  id: z.string(),
  group: z.object({ id: z.string(), name: z.string().optional().describe('Absent when the group is gone') }),
  invited_by: z.string(),
  status: Status,
  ...times,
});

/** What is true of an invitation at this instant, whether or not its execution has written it down yet. */
function statusAt(invitation: Invitation, now: Date): z.input<typeof Status> {
  if (isOpen(invitation, now)) return 'OPEN';
  const { status } = invitation;
  return status === 'OPEN' || status === 'WAITING_FOR_SIGN_UP' ? 'EXPIRED' : status;
}

function common(invitation: Invitation, now: Date) {
  const { id, invited_by, created_at, expires_at } = invitation;
  const status = statusAt(invitation, now);
  const ended_at = 'ended_at' in invitation ? invitation.ended_at : undefined;
  return { id, invited_by, status, created_at, expires_at, ended_at };
}

export const viewInvitation = (invitation: Invitation, now: Date): z.input<typeof InvitationView> => ({
  ...common(invitation, now),
  ...invitation.to,
  group_id: invitation.group_id,
});

export async function viewOwnInvitation(
  invitation: Invitation,
  groups: Pick<GroupStore, 'find'>,
  now: Date,
): Promise<z.input<typeof OwnInvitationView>> {
  const group = await groups.find(invitation.group_id);
  return { ...common(invitation, now), group: { id: invitation.group_id, name: group?.name } };
}
