import { ChangedMeanwhile, Forbidden, PreconditionFailed } from '../../shared/errors.ts';
import { expectRevision } from '../../shared/http/revision.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { deleteGroup } from '../delete-group.ts';
import { closeGroup, GroupNotFound } from '../group.ts';
import { type GroupDeps, groupPath } from '../group-deps.ts';

export const deleteGroupRoute = route<GroupDeps>()(
  {
    method: 'DELETE',
    path: '/api/v1/groups/{id}',
    tag: 'groups',
    summary: 'Delete a group that you own, with its events',
    params: groupPath,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'It is gone', schema: empty } },
    errors: [GroupNotFound, Forbidden, PreconditionFailed, ChangedMeanwhile],
  },
  async ({ params, caller, expectedRevision, now }, deps) => {
    const { group } = await deps.groups.change(params.id, [caller.userId], (before) => {
      const closing = closeGroup(before, caller.userId, now);
      // The repeat of a request that died halfway names the revision from before it.
      if (closing !== before) expectRevision(before.group, expectedRevision);
      return closing;
    });
    await deleteGroup(group, deps);
    return { status: 204, body: undefined };
  },
);
