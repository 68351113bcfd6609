import * as z from 'zod';
import { GameEvent, isRunning } from './game-event.ts';
import { type Ticket, TicketStatus } from './ticket.ts';

const instant = z.iso.datetime();

/** An event as everybody sees it. */
export const GameEventView = GameEvent.pick({
  id: true,
  name: true,
  time_zone: true,
  starts_at: true,
  finishes_at: true,
  capacity: true,
  price: true,
  prize_pool: true,
  prize_split: true,
  sold: true,
  status: true,
  participants: true,
});

export const TicketView = z.object({
  id: z.string(),
  event_id: z.string(),
  event: GameEvent.pick({ name: true, time_zone: true, starts_at: true, finishes_at: true }),
  status: TicketStatus,
  price: z.int().describe('What was paid for it, in coins'),
  bought_at: instant,
  consumable: z.boolean().describe('Whether one can start running with it at this moment'),
  consumed_at: instant.optional(),
  run_id: z.string().optional(),
  refunded_at: instant.optional(),
});

/** A ticket as it is at `now`. */
export function viewTicket(ticket: Ticket, event: GameEvent, now: Date): z.input<typeof TicketView> {
  const over = ticket.status === 'ACTIVE' && ticket.finishes_at <= now.toISOString();
  return {
    ...ticket,
    event,
    status: over ? 'EXPIRED' : ticket.status,
    consumable: ticket.status === 'ACTIVE' && isRunning(event, now),
  };
}
