import { expire, type Invitation, InvitationNotFound } from './invitation.ts';
import type { InvitationStore } from './invitation-store.ts';

/** Writes down that nobody has answered in time, unless it has another end by now; and answers how it has ended. */
export async function settleInvitation(
  invitationId: string,
  { invitations }: { invitations: Pick<InvitationStore, 'change'> },
  now: Date,
): Promise<{ status: Invitation['status'] }> {
  try {
    const { status } = await invitations.change(invitationId, (current) => expire(current, now));
    return { status };
  } catch (error) {
    // It went with the account of its invitee.
    if (error instanceof InvitationNotFound) return { status: 'WITHDRAWN' };
    throw error;
  }
}
