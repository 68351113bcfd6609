import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { GroupView, viewGroup } from '../group.ts';
import type { GroupDeps } from '../group-deps.ts';

export const listGroupsRoute = route<GroupDeps>()(
  {
    method: 'GET',
    path: '/api/v1/groups',
    tag: 'groups',
    summary: 'List the groups that you are a member of, the one joined last first',
    params: nothing,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of groups; `cursor` is absent on the last one',
        schema: z.object({ items: z.array(GroupView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, caller }, { groups, cursors }) => {
    const scope = `groups of ${caller.userId}`;
    const after = cursors.open(scope, cursor);
    const { items, next } = await groups.listFor(caller.userId, { limit, after });
    const views = items.map(({ group, member }) => viewGroup(group, member));
    return { status: 200, body: { items: views, cursor: cursors.seal(scope, next) } };
  },
);
