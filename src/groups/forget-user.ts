import { type DeletionDeps, deleteGroup } from './delete-group.ts';
import { departFrom, GroupMemberNotFound, GroupNotFound, heirOf } from './group.ts';

type ForgetterDeps = DeletionDeps & { readonly now: () => Date };

/** How often an heir is looked for anew because the one found has left. */
const TRIES = 5;

/** Takes a person out of every group. What they own goes to its heir, or goes with them. Safe to repeat. */
export function groupForgetter(deps: ForgetterDeps) {
  const { groups, now } = deps;

  async function depart(groupId: string, userId: string): Promise<void> {
    const heir = heirOf(await Array.fromAsync(groups.members(groupId)), userId);
    const concerned = heir ? [userId, heir.user_id] : [userId];
    const { group } = await groups.change(groupId, concerned, (circle) =>
      departFrom(circle, userId, heir?.user_id, now()),
    );
    if (group.status === 'CLOSING' && group.owner_id === userId) await deleteGroup(group, deps);
  }

  return {
    async forgetUser(userId: string): Promise<void> {
      for (const groupId of await Array.fromAsync(groups.idsOfMember(userId))) {
        for (let attempt = 1; ; attempt++) {
          try {
            await depart(groupId, userId);
            break;
          } catch (error) {
            if (error instanceof GroupNotFound) break;
            if (!(error instanceof GroupMemberNotFound) || attempt === TRIES) throw error;
          }
        }
      }
    },
  };
}
