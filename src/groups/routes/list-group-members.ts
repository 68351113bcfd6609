import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { GroupMember, GroupNotFound, memberOf } from '../group.ts';
import { type GroupDeps, groupPath } from '../group-deps.ts';

export const listGroupMembersRoute = route<GroupDeps>()(
  {
    method: 'GET',
    path: '/api/v1/groups/{id}/members',
    tag: 'groups',
    summary: 'List the members of a group that you are in',
    params: groupPath,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of members; `cursor` is absent on the last one',
        schema: z.object({ items: z.array(GroupMember), cursor: z.string().optional() }),
      },
    },
    errors: [GroupNotFound],
  },
  async ({ params, query: { limit, cursor }, caller }, { groups, cursors }) => {
    memberOf(await groups.read(params.id, [caller.userId]), caller.userId);
    const scope = `groups/${params.id}/members`;
    const after = cursors.open(scope, cursor);
    const { items, next } = await groups.listMembers(params.id, { limit, after });
    return { status: 200, body: { items, cursor: cursors.seal(scope, next) } };
  },
);
