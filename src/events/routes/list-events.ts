import * as z from 'zod';
import { GroupNotFound } from '../../groups/group.ts';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { EventView, viewEvent } from '../event.ts';
import type { EventDeps } from '../event-detail.ts';

export const listEventsRoute = route<EventDeps>()(
  {
    method: 'GET',
    path: '/api/v1/events',
    tag: 'events',
    summary: 'List the events that you own or are named on, or those of a group of yours, the newest first',
    params: nothing,
    query: pageQuery.extend({ group_id: z.string().min(1).max(64).optional() }),
    body: nothing,
    replies: {
      200: {
        description: 'A page of events; `cursor` is absent on the last one',
        schema: z.object({ items: z.array(EventView), cursor: z.string().optional() }),
      },
    },
    errors: [GroupNotFound],
  },
  async ({ query: { limit, cursor, group_id }, caller }, { events, members, groups, cursors }) => {
    const ofGroup = group_id !== undefined;
    if (ofGroup && !(await groups.isMember(group_id, caller.userId))) throw new GroupNotFound();
    const scope = ofGroup ? `events of group ${group_id}` : `events of ${caller.userId}`;
    const page = { limit, after: cursors.open(scope, cursor) };
    const { items, next } = await (ofGroup ? events.listOfGroup(group_id, page) : events.listFor(caller.userId, page));
    // Who has left a group is still written down as the owner of the events that they have made for it.
    const shown = await Promise.all(
      items.map(async (event) => event.group_id === group_id || members.isOn(event, caller.userId)),
    );
    const views = items.filter((_, n) => shown[n]).map(viewEvent);
    return { status: 200, body: { items: views, cursor: cursors.seal(scope, next) } };
  },
);
