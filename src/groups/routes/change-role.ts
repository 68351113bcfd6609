import * as z from 'zod';
import { ChangedMeanwhile, Forbidden } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { changeRole, GivenRole, GroupMember, GroupMemberNotFound, GroupNotFound, OwnerStays } from '../group.ts';
import { type GroupDeps, memberPath } from '../group-deps.ts';

export const changeRoleRoute = route<GroupDeps>()(
  {
    method: 'PATCH',
    path: '/api/v1/groups/{id}/members/{user_id}',
    tag: 'groups',
    summary: 'Make an admin, or a plain member, of somebody in a group that you own',
    params: memberPath,
    query: nothing,
    body: z.strictObject({ role: GivenRole }),
    replies: { 200: { description: 'The member as it is now', schema: GroupMember } },
    errors: [GroupNotFound, GroupMemberNotFound, Forbidden, OwnerStays, ChangedMeanwhile],
  },
  async ({ params: { id, user_id }, body: { role }, caller }, { groups }) => {
    const { members } = await groups.change(id, [caller.userId, user_id], (circle) =>
      changeRole(circle, caller.userId, user_id, role),
    );
    const member = members.get(user_id);
    if (!member) throw new GroupMemberNotFound();
    return { status: 200, body: member };
  },
);
