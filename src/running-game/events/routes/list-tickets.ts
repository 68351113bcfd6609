import * as z from 'zod';
import { pageQuery } from '../../../shared/http/cursor.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import type { GameEventsApi } from '../events-api.ts';
import { listTickets } from '../list-tickets.ts';
import { TicketStatus } from '../ticket.ts';
import { TicketView } from '../view.ts';

const Status = z.enum(['active', 'consumed', 'expired', 'refunded']);

export const listTicketsRoute = route<GameEventsApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/tickets',
    tag: 'running game',
    summary:
      'List your tickets: active ones, which are those that you can consume while their event runs, the nearest end first; or others, the last event first',
    params: nothing,
    query: pageQuery.extend({ status: Status.default('active') }),
    body: nothing,
    replies: {
      200: {
        description: 'A page of tickets',
        schema: z.object({ items: z.array(TicketView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query: { status, limit, cursor }, caller, now }, { tickets, events, cursors }) => {
    const scope = `${status} tickets of ${caller.userId}`;
    const page = { limit, after: cursors.open(scope, cursor) };
    const wanted = TicketStatus.parse(status.toUpperCase());
    const { items, next } = await listTickets(
      { userId: caller.userId, status: wanted, page },
      { tickets, events },
      now,
    );
    return { status: 200, body: { items, cursor: cursors.seal(scope, next) } };
  },
);
