import type * as z from 'zod';
import type { Page, PageRequest } from '../../shared/http/cursor.ts';
import type { GameEventStore } from './game-event-store.ts';
import type { TicketStatus } from './ticket.ts';
import type { TicketStore } from './ticket-store.ts';
import { type TicketView, viewTicket } from './view.ts';

interface Deps {
  readonly tickets: Pick<TicketStore, 'list'>;
  readonly events: Pick<GameEventStore, 'findMany'>;
}

interface Wanted {
  readonly userId: string;
  readonly status: TicketStatus;
  readonly page: PageRequest;
}

/**
 * A user's tickets with their events. An active one whose event was cancelled a moment ago, or is being finished, is not among them: the
 * page is shorter then.
 */
export async function listTickets(
  { userId, status, page }: Wanted,
  { tickets, events }: Deps,
  now: Date,
): Promise<Page<z.input<typeof TicketView>>> {
  const { items, next } = await tickets.list(userId, status, now, page);
  const byId = await events.findMany(items.map(({ event_id }) => event_id));
  const seen = items.flatMap((ticket) => {
    const event = byId.get(ticket.event_id);
    if (event === undefined || (status === 'ACTIVE' && event.status !== 'SCHEDULED')) return [];
    return [viewTicket(ticket, event, now)];
  });
  return { items: seen, next };
}
