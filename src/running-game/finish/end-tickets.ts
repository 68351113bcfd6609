import type { Notifier } from '../../notifications/notifier.ts';
import { pause } from '../../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import type { GameEvent } from '../events/game-event.ts';
import type { GameEventStore } from '../events/game-event-store.ts';
import { expireTicket, refundTicket, type Ticket, type TicketReference } from '../events/ticket.ts';
import type { TicketStore } from '../events/ticket-store.ts';
import type { Ledger, Posting } from '../wallet/ledger.ts';
import { eventOf } from './finish-event.ts';
import { forEach, type Left, type Portion } from './portion.ts';

interface ExpireDeps {
  readonly events: Pick<GameEventStore, 'find'>;
  readonly tickets: Pick<TicketStore, 'ofEvent' | 'find' | 'end'>;
}

interface RefundDeps extends ExpireDeps {
  readonly ledger: Pick<Ledger, 'postingWrites' | 'refusalOf'>;
  readonly notifier: Notifier;
}

/** Tickets that one call looks at. */
const PORTION = 500;

/** How often a ticket is ended anew because somebody else was at it, or at its user's wallet. */
const TRIES = 16;

/** Ends a part of a finished event's tickets that nobody has run with. Throws Superseded, GameEventNotFound. */
export const expireTickets = (portion: Portion, deps: ExpireDeps): Promise<Left> =>
  ofPart(portion, deps, async (reference) => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const ticket = await deps.tickets.find(reference.user_id, reference.id);
      if (ticket?.status !== 'ACTIVE' || (await deps.tickets.end(expireTicket(ticket), []))) return;
      await pause(attempt);
    }
    throw new ChangedMeanwhile();
  });

/**
 * Pays back a part of a cancelled event's tickets that nobody has run with, each once and in one transaction with its end, and tells whose
 * they are. Of those who have left nothing is paid back. Throws Superseded, GameEventNotFound.
 */
export const refundTickets = (portion: Portion, deps: RefundDeps, now: Date): Promise<Left> =>
  ofPart(portion, deps, async (reference, event) => {
    const ticket = await refund(reference, deps, now);
    if (ticket?.status === 'REFUNDED') await deps.notifier.notify(refundOf(event, ticket), now);
  });

async function ofPart(
  { after, ...execution }: Portion,
  { events, tickets }: ExpireDeps,
  work: (ticket: TicketReference, event: GameEvent) => Promise<void>,
): Promise<Left> {
  const event = await eventOf(execution, events);
  const { items, next } = await tickets.ofEvent(event.id, { limit: PORTION, after: after ?? undefined });
  await forEach(items, (ticket) => work(ticket, event));
  return { next: next ?? null };
}

/** The ticket as it is then; undefined where its user has left. */
async function refund(
  { user_id, id }: TicketReference,
  { tickets, ledger }: RefundDeps,
  now: Date,
): Promise<Ticket | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const ticket = await tickets.find(user_id, id);
    if (ticket?.status !== 'ACTIVE') return ticket;
    const refunded = refundTicket(ticket, now);
    const posting: Posting = {
      user_id,
      key: `refund-${id}`,
      currency: 'coins',
      amount: ticket.price,
      reason: 'REFUND',
      reference: id,
      at: now.toISOString(),
    };
    const repayment = ticket.price > 0 ? ledger.postingWrites(posting) : [];
    if (await tickets.end(refunded, repayment)) return refunded;
    if (ticket.price > 0 && (await ledger.refusalOf(posting)) === 'CLOSED') return undefined;
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}

const refundOf = ({ id, name }: GameEvent, ticket: Ticket) => ({
  id: `refund-${ticket.id}`,
  senderId: 'game',
  key: 'game_refund',
  userIds: [ticket.user_id],
  targetId: id,
  data: {
    event_id: id,
    event_name: name,
    ticket_id: ticket.id,
    ...(ticket.price > 0 ? { coins: String(ticket.price) } : {}),
  },
});
