import * as z from 'zod';
import { pageQuery } from '../../../shared/http/cursor.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import type { GameEventsApi } from '../events-api.ts';
import { Phase } from '../game-event-store.ts';
import { GameEventView } from '../view.ts';

export const listGameEventsRoute = route<GameEventsApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/events',
    tag: 'running game',
    summary:
      'List events by the clock, without those that were cancelled: upcoming and running ones by their start, finished ones the last one first',
    params: nothing,
    query: pageQuery.extend({ status: Phase.default('upcoming') }),
    body: nothing,
    replies: {
      200: {
        description: 'A page of events',
        schema: z.object({ items: z.array(GameEventView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query: { status, limit, cursor }, now }, { events, cursors }) => {
    const scope = `${status} game events`;
    const { items, next } = await events.list(status, now, { limit, after: cursors.open(scope, cursor) });
    return { status: 200, body: { items, cursor: cursors.seal(scope, next) } };
  },
);
