import * as z from 'zod';
import type { Cursors } from '../shared/http/cursor.ts';
import type { UserStore } from '../users/user-store.ts';
import { type Circle, memberOf, viewGroup } from './group.ts';
import type { GroupFollower } from './group-follower.ts';
import type { GroupStore } from './group-store.ts';

/** What the routes of this domain work with. */
export interface GroupDeps {
  readonly groups: GroupStore;
  readonly users: Pick<UserStore, 'find'>;
  readonly followers: readonly GroupFollower[];
  readonly cursors: Cursors;
}

export const groupPath = z.object({ id: z.string().min(1).max(64) });
export const memberPath = groupPath.extend({ user_id: z.string().min(1).max(128) });

/** The group as one of its members sees it. Throws GroupNotFound for anybody else. */
export const viewFor = (circle: Circle, userId: string) => viewGroup(circle.group, memberOf(circle, userId));
