import { ChangedMeanwhile } from '../../shared/errors.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { GroupNotFound, leaveGroup, OwnerStays } from '../group.ts';
import { type GroupDeps, groupPath } from '../group-deps.ts';

export const leaveGroupRoute = route<GroupDeps>()(
  {
    method: 'POST',
    path: '/api/v1/groups/{id}/leave',
    tag: 'groups',
    summary: 'Leave a group; its owner hands it over first',
    params: groupPath,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'You are out', schema: empty } },
    errors: [GroupNotFound, OwnerStays, ChangedMeanwhile],
  },
  async ({ params, caller }, { groups }) => {
    await groups.change(params.id, [caller.userId], (circle) => leaveGroup(circle, caller.userId));
    return { status: 204, body: undefined };
  },
);
