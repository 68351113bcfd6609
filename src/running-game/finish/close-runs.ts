import type { GameEventStore } from '../events/game-event-store.ts';
import type { TicketStore } from '../events/ticket-store.ts';
import { type Run, RunNotFound } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { eventOf } from './finish-event.ts';
import { forEach, type Left, type Portion } from './portion.ts';

interface Deps {
  readonly events: Pick<GameEventStore, 'find'>;
  readonly tickets: Pick<TicketStore, 'ofEvent'>;
  readonly runs: Pick<RunStore, 'find'>;
  /** Ends a run by what was uploaded of it. */
  readonly close: (runId: string, now: Date) => Promise<Run>;
}

/** Tickets, and their runs, that one call looks at. */
const PORTION = 200;

/**
 * Ends the runs that their runners have left open, of a part of the event's: saved or rejected by what was uploaded, or abandoned. They are
 * found by their tickets, which are read consistently. Throws Superseded, GameEventNotFound.
 */
export async function closeRuns(
  { after, ...execution }: Portion,
  { events, tickets, runs, close }: Deps,
  now: Date,
): Promise<Left> {
  const { id } = await eventOf(execution, events);
  const { items, next } = await tickets.ofEvent(id, { limit: PORTION, after: after ?? undefined });
  await forEach(items, async (ticket) => {
    // A run has its ticket's id.
    const run = await runs.find(ticket.id);
    if (run?.status !== 'OPEN') return;
    try {
      await close(run.id, now);
    } catch (error) {
      // Its runner has left in between, and taken it along.
      if (!(error instanceof RunNotFound)) throw error;
    }
  });
  return { next: next ?? null };
}
