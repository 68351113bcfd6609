import type { Group } from './group.ts';
import type { GroupFollower } from './group-follower.ts';
import type { GroupStore } from './group-store.ts';

export interface DeletionDeps {
  readonly groups: GroupStore;
  readonly followers: readonly GroupFollower[];
}

/** Removes a closed group and what goes with it. The group itself goes last: as long as it is there, its owner can ask again. */
export async function deleteGroup(group: Group, { groups, followers }: DeletionDeps): Promise<void> {
  await groups.dismissMembers(group);
  for (const each of followers) await each.groupDeleted(group.id);
  await groups.remove(group);
}
