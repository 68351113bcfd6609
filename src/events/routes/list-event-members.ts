import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { EventNotFound } from '../event.ts';
import { type EventDeps, eventPath, memberScope, readEvent } from '../event-detail.ts';
import { MemberView, viewMember } from '../member.ts';

export const listEventMembersRoute = route<EventDeps>()(
  {
    method: 'GET',
    path: '/api/v1/events/{id}/members',
    tag: 'events',
    summary:
      'List who is named on an event; invited addresses are listed to its owner only, and members of its group at the group',
    params: eventPath,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of members; `cursor` is absent on the last one',
        schema: z.object({ items: z.array(MemberView), cursor: z.string().optional() }),
      },
    },
    errors: [EventNotFound],
  },
  async ({ params, query: { limit, cursor }, caller }, { events, members, cursors }) => {
    const event = await readEvent(params.id, caller.userId, { members });
    const scope = memberScope(event.id, caller.userId);
    const after = cursors.open(scope, cursor);
    const { items, next } = await events.listMembers(event, caller.userId, { limit, after });
    const named = items.map((member) => viewMember(member, event, caller.userId));
    return { status: 200, body: { items: named, cursor: cursors.seal(scope, next) } };
  },
);
