import * as z from 'zod';
import { problem } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import type { GameEvent } from './game-event.ts';

/** Also the answer to somebody whose it is not. */
export class TicketNotFound extends problem('ticket-not-found', 404, 'No such ticket') {}
export class TicketConsumed extends problem('ticket-consumed', 409, 'The ticket was consumed before') {}

/** EXPIRED: nobody has run with it before its event's finish. REFUNDED: its event was cancelled. */
export const TicketStatus = z.enum(['ACTIVE', 'CONSUMED', 'EXPIRED', 'REFUNDED']);
export type TicketStatus = z.output<typeof TicketStatus>;

const instant = z.iso.datetime();

const Bought = z.object({
  id: z.string(),
  user_id: z.string(),
  event_id: z.string(),
  /** What was paid for it, in coins. */
  price: z.int().min(0),
  /** Its event's; no ticket's event moves. */
  finishes_at: instant,
  bought_at: instant,
  /** Of the request that bought it. */
  fingerprint: z.string(),
});

/** The right to run once in an event. */
export const Ticket = z.discriminatedUnion('status', [
  Bought.extend({ status: z.literal('ACTIVE') }),
  Bought.extend({
    status: z.literal('CONSUMED'),
    consumed_at: instant,
    run_id: z.string(),
    /** Of the request that did it, to tell its repeat from another one. */
    consumption: z.string(),
  }),
  Bought.extend({ status: z.literal('EXPIRED') }),
  Bought.extend({ status: z.literal('REFUNDED'), refunded_at: instant }),
]);
export type Ticket = z.output<typeof Ticket>;
export type ActiveTicket = Extract<Ticket, { status: 'ACTIVE' }>;
export type EndedTicket = Exclude<Ticket, { status: 'ACTIVE' }>;

/** Where a ticket is found. */
export const TicketReference = z.object({ id: z.string(), user_id: z.string(), event_id: z.string() });
export type TicketReference = z.output<typeof TicketReference>;

export function buyTicket(
  { id: event_id, price, finishes_at }: Pick<GameEvent, 'id' | 'price' | 'finishes_at'>,
  creation: Creation,
  userId: string,
  now: Date,
): ActiveTicket {
  const bought_at = now.toISOString();
  return { ...creation, user_id: userId, event_id, price, finishes_at, bought_at, status: 'ACTIVE' };
}

/** Used up for the run that it opens, by a request. */
export function consumeTicket(
  ticket: ActiveTicket,
  { runId, consumption }: { readonly runId: string; readonly consumption: string },
  now: Date,
): EndedTicket {
  return { ...ticket, status: 'CONSUMED', consumed_at: now.toISOString(), run_id: runId, consumption };
}

/** Nobody has run with it. */
export const expireTicket = (ticket: ActiveTicket): EndedTicket => ({ ...ticket, status: 'EXPIRED' });

/** Its event was cancelled; what it had cost is to be paid back in the same transaction. */
export const refundTicket = (ticket: ActiveTicket, now: Date): EndedTicket => ({
  ...ticket,
  status: 'REFUNDED',
  refunded_at: now.toISOString(),
});
