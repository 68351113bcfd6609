import { ChangedMeanwhile, Forbidden } from '../../shared/errors.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { GroupMemberNotFound, GroupNotFound, OwnerStays, removeMember } from '../group.ts';
import { type GroupDeps, memberPath } from '../group-deps.ts';

export const removeMemberRoute = route<GroupDeps>()(
  {
    method: 'DELETE',
    path: '/api/v1/groups/{id}/members/{user_id}',
    tag: 'groups',
    summary: 'Take somebody out of a group; what is on its way to them for the group is not sent any more',
    params: memberPath,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'They are out', schema: empty } },
    errors: [GroupNotFound, GroupMemberNotFound, Forbidden, OwnerStays, ChangedMeanwhile],
  },
  async ({ params: { id, user_id }, caller }, { groups }) => {
    await groups.change(id, [caller.userId, user_id], (circle) => removeMember(circle, caller.userId, user_id));
    return { status: 204, body: undefined };
  },
);
