import { GroupNotFound } from '../groups/group.ts';
import type { GroupStore } from '../groups/group-store.ts';
import type { Write } from '../shared/dynamodb/items.ts';
import { orLeaveTo } from '../shared/leave-to.ts';
import type { TaskTokens } from '../shared/workflow/task-tokens.ts';
import {
  type Answer,
  answerInvitation,
  ensureNotUsedUp,
  type Invitation,
  InvitationNotFound,
  InvitationWithdrawn,
  withdraw,
  withdrawIfOpen,
} from './invitation.ts';
import type { InvitationStore } from './invitation-store.ts';

/** What ends invitations. What is decided is in the table; the execution that waits is only woken, and if not, its wait is over in time. */
export interface EndDeps {
  readonly invitations: Pick<InvitationStore, 'change' | 'tokenOf'>;
  readonly tokens: TaskTokens;
}

export interface AnswerDeps extends EndDeps {
  readonly invitations: Pick<InvitationStore, 'change' | 'tokenOf' | 'toldOf' | 'telling'>;
  readonly groups: Pick<GroupStore, 'joining'>;
}

/**
 * Answers an invitation. Whoever accepts is a member in the same transaction. Repeating an answer changes nothing. Throws
 * InvitationNotFound, InvitationAnswered, InvitationWithdrawn (also where the group is gone), InvitationExpired, ChangedMeanwhile.
 */
export async function answer(
  id: string,
  userId: string,
  how: Answer,
  deps: AnswerDeps,
  now: Date,
): Promise<Invitation> {
  const { invitations, groups } = deps;
  const along = async (after: Invitation): Promise<Write[]> => {
    if (after.status !== 'ACCEPTED' && after.status !== 'DECLINED') return [];
    const before = await invitations.toldOf(after.group_id, userId);
    const told = invitations.telling(after, before, now);
    if (after.status === 'DECLINED') return [told];
    ensureNotUsedUp(after, before);
    return [told, ...(await joining(after.group_id, userId, groups, now))];
  };
  const answered = await invitations.change(id, (current) => answerInvitation(current, userId, how, now), along);
  await wake(id, deps);
  return answered;
}

async function joining(groupId: string, userId: string, groups: AnswerDeps['groups'], now: Date): Promise<Write[]> {
  try {
    return await groups.joining(groupId, userId, now);
  } catch (error) {
    throw error instanceof GroupNotFound ? new InvitationWithdrawn() : error;
  }
}

/** Takes an invitation of a group back; again changes nothing. Throws InvitationNotFound, InvitationAnswered, InvitationExpired. */
export async function withdrawInvitation(id: string, groupId: string, deps: EndDeps, now: Date): Promise<void> {
  await deps.invitations.change(id, (current) => {
    if (current.group_id !== groupId) throw new InvitationNotFound();
    return withdraw(current, now);
  });
  await wake(id, deps);
}

/** The same for whatever is still open of these: of a group that is deleted, or of somebody who goes. Safe to repeat. */
export async function withdrawAll(
  ids: AsyncIterable<string> | Iterable<string>,
  deps: EndDeps,
  now: Date,
): Promise<void> {
  for await (const id of ids) {
    try {
      await deps.invitations.change(id, (current) => withdrawIfOpen(current, now));
    } catch (error) {
      if (error instanceof InvitationNotFound) continue;
      throw error;
    }
    await wake(id, deps);
  }
}

/** Ends the wait of the execution, where there is one. */
async function wake(id: string, { invitations, tokens }: EndDeps): Promise<void> {
  await orLeaveTo('the end of its wait', { invitationId: id }, async () => {
    const token = await invitations.tokenOf(id);
    if (token !== undefined) await tokens.answer(token, {});
  });
}
