import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { EventView, viewEvent } from '../event.ts';
import type { EventDeps } from '../event-detail.ts';

export const listEventsRoute = route<EventDeps>()(
  {
    method: 'GET',
    path: '/api/v1/events',
    tag: 'events',
    summary: 'List the events that you own or are a member of, the newest first',
    params: nothing,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of events; `cursor` is absent on the last one',
        schema: z.object({ items: z.array(EventView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, caller }, { events, cursors }) => {
    const scope = `events of ${caller.userId}`;
    const after = cursors.open(scope, cursor);
    const { items, next } = await events.listFor(caller.userId, { limit, after });
    const body = { items: items.map(viewEvent), cursor: cursors.seal(scope, next) };
    return { status: 200, body };
  },
);
