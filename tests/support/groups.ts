import { joinGroup } from '../../src/groups/group.ts';
import { membersIn, tables } from './tables.ts';

export const { groups } = membersIn(tables());

/** What happens when somebody accepts an invitation: for tests of what happens after that. */
export const addToGroup = (groupId: string, userId: string) =>
  groups.change(groupId, [userId], (circle) => joinGroup(circle, userId, new Date()));
