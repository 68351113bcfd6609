import { pause } from '../../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import { openRun, type Run, type RunTimes } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { EventCancelled, EventOver, ensureRunning, GameEventNotFound } from './game-event.ts';
import type { GameEventStore } from './game-event-store.ts';
import { type ActiveTicket, consumeTicket, type Ticket, TicketConsumed, TicketNotFound } from './ticket.ts';
import type { TicketStore } from './ticket-store.ts';

interface Deps {
  readonly events: Pick<GameEventStore, 'find'>;
  readonly tickets: Pick<TicketStore, 'find' | 'end'>;
  readonly runs: Pick<RunStore, 'openingWrites' | 'find'>;
  /** Milliseconds. */
  readonly runTimes: RunTimes;
}

interface Request {
  readonly creation: Creation;
  readonly userId: string;
  readonly ticketId: string;
}

/** How often it is tried because another request was at the ticket. */
const TRIES = 24;

/**
 * Uses a ticket up and opens its run, both or neither, once. The same request again answers the run that it has opened. Whoever ends the
 * event ends its active tickets before its open runs, so the ticket alone decides, and the event's row is only read. Throws TicketNotFound
 * (also for somebody else's), TicketConsumed, EventNotStarted, EventOver, EventCancelled, and ChangedMeanwhile after too many rivals.
 */
export async function consume({ creation, userId, ticketId }: Request, deps: Deps, now: Date): Promise<Run> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const ticket = await deps.tickets.find(userId, ticketId);
    if (!ticket) throw new TicketNotFound();
    const opened = ticket.status === 'CONSUMED' && ticket.consumption === creation.id;
    const before = opened ? await deps.runs.find(ticket.run_id) : undefined;
    if (before) return before;
    ensureActive(ticket);
    const event = await deps.events.find(ticket.event_id);
    if (!event) throw new GameEventNotFound();
    ensureRunning(event, now);
    const run = openRun({ ticket, startsAt: event.starts_at, finishesAt: event.finishes_at, ...deps.runTimes }, now);
    const consumed = consumeTicket(ticket, { runId: run.id, consumption: creation.id }, now);
    if (await deps.tickets.end(consumed, deps.runs.openingWrites(run))) return run;
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}

function ensureActive(ticket: Ticket): asserts ticket is ActiveTicket {
  if (ticket.status === 'CONSUMED') throw new TicketConsumed();
  if (ticket.status === 'EXPIRED') throw new EventOver();
  if (ticket.status === 'REFUNDED') throw new EventCancelled();
}
