import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { GroupNotFound, GroupView } from '../group.ts';
import { type GroupDeps, groupPath, viewFor } from '../group-deps.ts';

export const getGroupRoute = route<GroupDeps>()(
  {
    method: 'GET',
    path: '/api/v1/groups/{id}',
    tag: 'groups',
    summary: 'Read a group that you are a member of',
    params: groupPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The group', schema: GroupView } },
    errors: [GroupNotFound],
  },
  async ({ params, caller }, { groups }) => {
    const circle = await groups.read(params.id, [caller.userId]);
    return { status: 200, body: viewFor(circle, caller.userId), headers: etag(circle.group) };
  },
);
