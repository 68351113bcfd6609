import type { Route } from '../../shared/http/route.ts';
import type { GroupDeps } from '../group-deps.ts';
import { changeRoleRoute } from './change-role.ts';
import { createGroupRoute } from './create-group.ts';
import { deleteGroupRoute } from './delete-group.ts';
import { getGroupRoute } from './get-group.ts';
import { handOverGroupRoute } from './hand-over-group.ts';
import { leaveGroupRoute } from './leave-group.ts';
import { listGroupMembersRoute } from './list-group-members.ts';
import { listGroupsRoute } from './list-groups.ts';
import { removeMemberRoute } from './remove-member.ts';
import { updateGroupRoute } from './update-group.ts';

export const routes: readonly Route<GroupDeps>[] = [
  createGroupRoute,
  listGroupsRoute,
  getGroupRoute,
  updateGroupRoute,
  deleteGroupRoute,
  listGroupMembersRoute,
  changeRoleRoute,
  removeMemberRoute,
  leaveGroupRoute,
  handOverGroupRoute,
];
