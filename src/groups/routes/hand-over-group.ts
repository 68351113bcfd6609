import * as z from 'zod';
import { ChangedMeanwhile, Forbidden, PreconditionFailed } from '../../shared/errors.ts';
import { etag, expectRevision } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { GroupMemberNotFound, GroupNotFound, GroupView, handOver } from '../group.ts';
import { type GroupDeps, groupPath, memberPath, viewFor } from '../group-deps.ts';

export const handOverGroupRoute = route<GroupDeps>()(
  {
    method: 'POST',
    path: '/api/v1/groups/{id}/hand-over',
    tag: 'groups',
    summary: 'Make another member the owner of a group that you own; you stay as an admin',
    params: groupPath,
    query: nothing,
    body: z.strictObject({ user_id: memberPath.shape.user_id }),
    replies: { 200: { description: 'The group as it is now', schema: GroupView } },
    errors: [GroupNotFound, GroupMemberNotFound, Forbidden, PreconditionFailed, ChangedMeanwhile],
  },
  async ({ params, body: { user_id }, caller, expectedRevision, now }, { groups }) => {
    const circle = await groups.change(params.id, [caller.userId, user_id], (before) => {
      const after = handOver(before, caller.userId, user_id, now);
      if (after !== before) expectRevision(before.group, expectedRevision);
      return after;
    });
    return { status: 200, body: viewFor(circle, caller.userId), headers: etag(circle.group) };
  },
);
