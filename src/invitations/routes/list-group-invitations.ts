import * as z from 'zod';
import { ensureManager, GroupNotFound } from '../../groups/group.ts';
import { Forbidden } from '../../shared/errors.ts';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { groupPath, type InvitationsApi } from '../invitations-api.ts';
import { InvitationView, viewInvitation } from '../view.ts';

export const listGroupInvitationsRoute = route<InvitationsApi>()(
  {
    method: 'GET',
    path: '/api/v1/groups/{id}/invitations',
    tag: 'invitations',
    summary: 'List the invitations to a group that you own or administer, the newest first',
    params: groupPath,
    query: pageQuery.extend({
      which: z
        .enum(['open', 'ended'])
        .default('open')
        .describe('Those without an end, or those that were answered, withdrawn or expired'),
    }),
    body: nothing,
    replies: {
      200: {
        description: 'A page of invitations; `cursor` is absent on the last one',
        schema: z.object({ items: z.array(InvitationView), cursor: z.string().optional() }),
      },
    },
    errors: [GroupNotFound, Forbidden],
  },
  async ({ params: { id }, query: { which, limit, cursor }, caller, now }, { invitations, groups, cursors }) => {
    ensureManager(await groups.read(id, [caller.userId]), caller.userId);
    const scope = `${which} invitations of ${id}`;
    const after = cursors.open(scope, cursor);
    const { items, next } = await invitations.listOfGroup(id, which, { limit, after });
    const views = items.map((invitation) => viewInvitation(invitation, now));
    return { status: 200, body: { items: views, cursor: cursors.seal(scope, next) } };
  },
);
