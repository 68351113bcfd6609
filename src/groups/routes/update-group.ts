import { ChangedMeanwhile, Forbidden, PreconditionFailed } from '../../shared/errors.ts';
import { etag, expectRevision } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { editGroup, GroupChanges, GroupNotFound, GroupView } from '../group.ts';
import { type GroupDeps, groupPath, viewFor } from '../group-deps.ts';

export const updateGroupRoute = route<GroupDeps>()(
  {
    method: 'PATCH',
    path: '/api/v1/groups/{id}',
    tag: 'groups',
    summary: 'Change a group that you own or are an admin of',
    params: groupPath,
    query: nothing,
    body: GroupChanges,
    replies: { 200: { description: 'The group as it is now', schema: GroupView } },
    errors: [GroupNotFound, Forbidden, PreconditionFailed, ChangedMeanwhile],
  },
  async ({ params, body, caller, expectedRevision, now }, { groups }) => {
    const circle = await groups.change(params.id, [caller.userId], (before) => {
      const after = editGroup(before, caller.userId, body, now);
      expectRevision(before.group, expectedRevision);
      return after;
    });
    return { status: 200, body: viewFor(circle, caller.userId), headers: etag(circle.group) };
  },
);
