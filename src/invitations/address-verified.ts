import { chunks } from '../shared/chunks.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { InvitationNotFound, openFor } from './invitation.ts';
import type { Address, InvitationStore } from './invitation-store.ts';
import { startLifecycle } from './start-lifecycle.ts';

export interface AddressDeps {
  readonly invitations: Pick<InvitationStore, 'change' | 'waitingFor' | 'stopWaiting'>;
  readonly executions: Pick<Executions, 'start'>;
}

/** Written at the same time; the pool waits five seconds for its trigger. */
const TOGETHER = 25;

/** Makes a user's what waits for an address that they have verified, and starts it. Safe to repeat. */
export async function openWaiting(
  address: Address,
  userId: string,
  { invitations, executions }: AddressDeps,
  now: Date,
): Promise<void> {
  const open = async (id: string) => {
    try {
      await startLifecycle(await invitations.change(id, (current) => openFor(current, userId, now)), executions);
    } catch (error) {
      if (!(error instanceof InvitationNotFound)) throw error;
    }
  };
  for (const ids of chunks(await Array.fromAsync(invitations.waitingFor(address)), TOGETHER)) {
    await Promise.all(ids.map(open));
    // Last: as long as it says that they wait, whoever asks again finishes it.
    await invitations.stopWaiting(address, ids);
  }
}

/** What the verification of an address does to the invitations that wait for it. */
export const addressesOfInvitations = ({ now, ...deps }: AddressDeps & { readonly now: () => Date }) => ({
  linkInvitee: (email: string, userId: string): Promise<void> => openWaiting({ email }, userId, deps, now()),
  phoneVerified: (phone: string, userId: string): Promise<void> => openWaiting({ phone }, userId, deps, now()),
});
