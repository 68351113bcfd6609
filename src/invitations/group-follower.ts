import { type EndDeps, withdrawAll } from './end-invitation.ts';
import type { InvitationStore } from './invitation-store.ts';

interface Deps extends EndDeps {
  readonly invitations: Pick<InvitationStore, 'change' | 'tokenOf' | 'openOfGroup'>;
  readonly now: () => Date;
}

/** What the end of a group does to its invitations: those that are open are withdrawn. Safe to repeat. */
export const invitationsOfGroups = ({ now, ...deps }: Deps) => ({
  groupDeleted: (groupId: string): Promise<void> => withdrawAll(deps.invitations.openOfGroup(groupId), deps, now()),
});
