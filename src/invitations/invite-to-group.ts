import { ensureManager } from '../groups/group.ts';
import type { GroupStore } from '../groups/group-store.ts';
import { pause } from '../shared/dynamodb/items.ts';
import { ChangedMeanwhile, IdempotencyKeyReused, InvalidRequest } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { openWaiting } from './address-verified.ts';
import {
  AlreadyMember,
  ensureInvitableAgain,
  type Invitation,
  type Invitee,
  invite,
  isOpen,
  MOST_OPEN,
  TooManyInvitations,
} from './invitation.ts';
import type { InvitationStore } from './invitation-store.ts';
import type { Invitees } from './invitees.ts';
import { startLifecycle } from './start-lifecycle.ts';

export interface InviteDeps {
  readonly invitations: Pick<
    InvitationStore,
    'find' | 'lastTo' | 'create' | 'countOpen' | 'change' | 'waitingFor' | 'stopWaiting'
  >;
  readonly groups: Pick<GroupStore, 'read' | 'isMember'>;
  readonly invitees: Invitees;
  readonly executions: Pick<Executions, 'start'>;
  /** Milliseconds until an invitation expires. */
  readonly lasts: number;
}

interface Request {
  readonly creation: Creation;
  readonly groupId: string;
  readonly callerId: string;
  readonly to: Invitee;
}

/** How often it is tried anew because somebody else was faster. */
const TRIES = 8;

/**
 * Invites somebody, or answers the invitation to the group that they have open. What is answered to an address is the same whether or
 * not it is anybody's, and whatever they are to the group. Throws GroupNotFound, Forbidden, InvalidRequest for a user whom there is not,
 * AlreadyMember for one who is in it, DeclinedLately, TooManyInvitations, IdempotencyKeyReused, ChangedMeanwhile.
 */
export async function inviteToGroup(
  { creation, groupId, callerId, to }: Request,
  deps: InviteDeps,
  now: Date,
): Promise<{ invitation: Invitation; isNew: boolean }> {
  const { invitations, groups, invitees, executions, lasts } = deps;
  ensureManager(await groups.read(groupId, [callerId]), callerId);
  const repeated = await invitations.find(creation.id);
  if (repeated && repeated.fingerprint !== creation.fingerprint) throw new IdempotencyKeyReused();
  if (repeated) return { invitation: repeated, isNew: true };

  const userId = await invitees.find(to);
  if ('user_id' in to) {
    if (userId === undefined) throw new InvalidRequest([{ field: 'user_id', reason: 'is not a user here' }]);
    if (await groups.isMember(groupId, userId)) throw new AlreadyMember();
  }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const last = await invitations.lastTo(groupId, to);
    if (last?.invitation && isOpen(last.invitation, now)) return { invitation: last.invitation, isNew: false };
    if (last?.invitation) ensureInvitableAgain(last.invitation, now);
    if ((await invitations.countOpen(groupId, MOST_OPEN)) >= MOST_OPEN) throw new TooManyInvitations();
    const invitation = invite({ creation, groupId, invitedBy: callerId, to, userId, lasts }, now);
    if (await invitations.create(invitation, last)) {
      await startLifecycle(invitation, executions);
      // Whoever verified the address between the look for its owner and the write was not led here by that.
      if (userId === undefined && !('user_id' in to)) {
        const late = await invitees.find(to);
        if (late !== undefined) await openWaiting(to, late, deps, now);
      }
      return { invitation, isNew: true };
    }
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}
