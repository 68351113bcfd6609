import { isOpen } from './invitation.ts';
import type { InvitationStore } from './invitation-store.ts';

/** There is nothing to wait for any more; the machine has a way for it. */
export class InvitationOver extends Error {
  override readonly name = 'InvitationOver';
}

interface Wait {
  readonly invitationId: string;
  readonly run: number;
  readonly token: string;
}

/**
 * Keeps the token of the Task that waits for an answer. Throws InvitationOver when it is there already: whoever ends an invitation looks
 * for a token after that, so that it is found here or there.
 */
export async function awaitAnswer(
  { invitationId, run, token }: Wait,
  { invitations }: { invitations: Pick<InvitationStore, 'find' | 'saveToken'> },
  now: Date,
): Promise<void> {
  const before = await invitations.find(invitationId);
  // An execution that was replaced and lives on leaves alone what the one after it has kept.
  if (before?.status === 'OPEN' && before.run === run) await invitations.saveToken(before, token);
  const invitation = await invitations.find(invitationId);
  if (invitation?.status !== 'OPEN' || invitation.run !== run || !isOpen(invitation, now)) throw new InvitationOver();
}
