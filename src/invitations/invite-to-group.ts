import { ensureManager, GroupNotFound } from '../groups/group.ts';
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
  withdrawIfOpen,
} from './invitation.ts';
import type { InvitationStore } from './invitation-store.ts';
import type { Invitees } from './invitees.ts';
import { startLifecycle } from './start-lifecycle.ts';

export interface InviteDeps {
  readonly invitations: Pick<
    InvitationStore,
    'find' | 'lastTo' | 'create' | 'countOpen' | 'change' | 'waitingFor' | 'stopWaiting'
  >;
  readonly groups: Pick<GroupStore, 'read' | 'find' | 'isMember'>;
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
  const { invitations, groups, invitees, lasts } = deps;
  const given = async (invitation: Invitation, isNew: boolean) => {
    await lead(invitation, deps, now);
    return { invitation, isNew };
  };
  ensureManager(await groups.read(groupId, [callerId]), callerId);
  const repeated = await invitations.find(creation.id);
  if (repeated && repeated.fingerprint !== creation.fingerprint) throw new IdempotencyKeyReused();
  if (repeated) return given(repeated, true);

  const userId = await invitees.find(to);
  if ('user_id' in to) {
    if (userId === undefined) throw new InvalidRequest([{ field: 'user_id', reason: 'is not a user here' }]);
    if (await groups.isMember(groupId, userId)) throw new AlreadyMember();
  }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const last = await invitations.lastTo(groupId, to);
    if (last?.invitation && isOpen(last.invitation, now)) return given(last.invitation, false);
    if (last?.invitation) ensureInvitableAgain(last.invitation, now);
    if ((await invitations.countOpen(groupId, MOST_OPEN)) >= MOST_OPEN) throw new TooManyInvitations();
    const invitation = invite({ creation, groupId, invitedBy: callerId, to, userId, lasts }, now);
    if (await invitations.create(invitation, last)) {
      await undoneWithGroup(invitation, deps, now);
      return given(invitation, true);
    }
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}

/** An invitation that was written while its group was deleted is withdrawn as well. Throws GroupNotFound then. */
async function undoneWithGroup({ id, group_id }: Invitation, { invitations, groups }: InviteDeps, now: Date) {
  if (await groups.find(group_id)) return;
  await invitations.change(id, (current) => withdrawIfOpen(current, now));
  throw new GroupNotFound();
}

/**
 * Leads an invitation to its invitee; a repeat finishes what died. Whoever verified the address between the look for its owner and the
 * write was not led here by that.
 */
async function lead(invitation: Invitation, deps: InviteDeps, now: Date): Promise<void> {
  await startLifecycle(invitation, deps.executions);
  const { status, to } = invitation;
  if (status !== 'WAITING_FOR_SIGN_UP' || 'user_id' in to) return;
  const userId = await deps.invitees.find(to);
  if (userId !== undefined) await openWaiting(to, userId, deps, now);
}
