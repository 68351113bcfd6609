import { pause } from '../../shared/dynamodb/items.ts';
import { ChangedMeanwhile, Forbidden } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import { type Accounts, ensureStillHere } from '../../users/still-here.ts';
import { InsufficientFunds, type Ledger, type Posting } from '../wallet/ledger.ts';
import { EventSoldOut, ensureNotOver, GameEventNotFound, isSoldOut } from './game-event.ts';
import type { GameEventStore } from './game-event-store.ts';
import { type ActiveTicket, buyTicket, type Ticket } from './ticket.ts';
import type { TicketStore } from './ticket-store.ts';

interface Deps {
  readonly events: Pick<GameEventStore, 'find'>;
  readonly tickets: Pick<TicketStore, 'repeated' | 'buy'>;
  readonly ledger: Pick<Ledger, 'postingWrites' | 'refusalOf' | 'opening'>;
  readonly users: Accounts;
}

interface Request {
  readonly creation: Creation;
  readonly userId: string;
  readonly eventId: string;
}

/** How often it is tried because somebody else was at the event, or at the wallet. */
const TRIES = 24;

/**
 * Buys a ticket: it is there, paid for and counted in one transaction, or nothing has happened. The same request again answers the ticket
 * that it has bought. Throws Forbidden to somebody who has left, GameEventNotFound, EventOver, EventCancelled, EventSoldOut,
 * InsufficientFunds, IdempotencyKeyReused, and ChangedMeanwhile after too many rivals.
 */
export async function buy({ creation, userId, eventId }: Request, deps: Deps, now: Date): Promise<Ticket> {
  const before = await deps.tickets.repeated(userId, creation);
  if (before) return before;
  await ensureStillHere(deps.users, userId);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const event = await deps.events.find(eventId);
    if (!event) throw new GameEventNotFound();
    ensureNotOver(event, now);
    const ticket = buyTicket(event, creation, userId, now);
    const payment = paymentFor(ticket);
    if (!isSoldOut(event)) {
      const paying = payment ? deps.ledger.postingWrites(payment) : [deps.ledger.opening(userId)];
      if (await deps.tickets.buy(ticket, paying)) return ticket;
    }
    const rival = await deps.tickets.repeated(userId, creation);
    if (rival) return rival;
    if (isSoldOut(event)) throw new EventSoldOut();
    const refusal = payment && (await deps.ledger.refusalOf(payment));
    if (refusal === 'INSUFFICIENT') throw new InsufficientFunds();
    if (refusal === 'CLOSED') throw new Forbidden();
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}

function paymentFor({ id, user_id, price, bought_at }: ActiveTicket): Posting | undefined {
  if (price === 0) return undefined;
  const key = `ticket-${id}`;
  return { user_id, key, currency: 'coins', amount: -price, reason: 'TICKET', reference: id, at: bought_at };
}
