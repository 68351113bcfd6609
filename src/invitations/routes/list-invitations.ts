import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { isOpen } from '../invitation.ts';
import type { InvitationsApi } from '../invitations-api.ts';
import { OwnInvitationView, viewOwnInvitation } from '../view.ts';

export const listInvitationsRoute = route<InvitationsApi>()(
  {
    method: 'GET',
    path: '/api/v1/invitations',
    tag: 'invitations',
    summary: 'List the invitations that you can answer, the newest first',
    params: nothing,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of invitations to groups that you are not in; `cursor` is absent on the last one',
        schema: z.object({ items: z.array(OwnInvitationView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, caller, now }, { invitations, groups, cursors }) => {
    const scope = `invitations of ${caller.userId}`;
    const after = cursors.open(scope, cursor);
    const { items, next } = await invitations.listOfPerson(caller.userId, { limit, after });
    const open = items.filter((invitation) => isOpen(invitation, now));
    const memberships = await Promise.all(open.map(({ group_id }) => groups.isMember(group_id, caller.userId)));
    const views = open
      .filter((_, place) => !memberships[place])
      .map((invitation) => viewOwnInvitation(invitation, groups, now));
    return { status: 200, body: { items: await Promise.all(views), cursor: cursors.seal(scope, next) } };
  },
);
