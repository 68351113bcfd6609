import { Forbidden, IdempotencyKeyReused } from '../../shared/errors.ts';
import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { createGroup, GroupContent, GroupNotFound, GroupView } from '../group.ts';
import { type GroupDeps, viewFor } from '../group-deps.ts';

export const createGroupRoute = route<GroupDeps>()(
  {
    method: 'POST',
    path: '/api/v1/groups',
    tag: 'groups',
    summary: 'Create a group; whoever creates it owns it, and others join it by invitation',
    params: nothing,
    query: nothing,
    body: GroupContent,
    replies: { 201: { description: 'The group', schema: GroupView } },
    errors: [Forbidden, GroupNotFound, IdempotencyKeyReused],
  },
  async ({ body, caller, creation, now }, { groups, users }) => {
    // A token outlives its account by up to an hour.
    if (!(await users.find(caller.userId))) throw new Forbidden();
    const { id } = await groups.create(createGroup(creation, caller.userId, body, now));
    const circle = await groups.read(id, [caller.userId]);
    const headers = { location: `/api/v1/groups/${id}`, ...etag(circle.group) };
    return { status: 201, body: viewFor(circle, caller.userId), headers };
  },
);
