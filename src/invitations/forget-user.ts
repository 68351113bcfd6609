import { type EndDeps, withdrawAll } from './end-invitation.ts';
import type { InvitationStore } from './invitation-store.ts';

interface Deps extends EndDeps {
  readonly invitations: Pick<InvitationStore, 'change' | 'tokenOf' | 'find' | 'idsOfPerson' | 'remove'>;
  readonly now: () => Date;
}

/** Ends and removes the invitations of a user. Those that they have sent are the group's, and stay. */
export const invitationForgetter = ({ now, ...deps }: Deps) => ({
  async forgetUser(userId: string): Promise<void> {
    const ids = await Array.fromAsync(deps.invitations.idsOfPerson(userId));
    await withdrawAll(ids, deps, now());
    for (const id of ids) {
      const invitation = await deps.invitations.find(id);
      if (invitation) await deps.invitations.remove(invitation);
    }
  },
});
