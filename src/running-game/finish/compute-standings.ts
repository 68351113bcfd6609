import type { Position } from '../../shared/http/cursor.ts';
import { finishEvent } from '../events/game-event.ts';
import type { GameEventStore } from '../events/game-event-store.ts';
import type { TicketStore } from '../events/ticket-store.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { type Execution, eventOf, ofRun } from './finish-event.ts';
import { prizesOf } from './prizes.ts';
import { type Performance, rank } from './standing.ts';
import type { StandingsStore } from './standings-store.ts';

interface Deps {
  readonly events: Pick<GameEventStore, 'find' | 'change'>;
  readonly tickets: Pick<TicketStore, 'ofEvent'>;
  readonly runs: Pick<RunStore, 'findMany'>;
  readonly standings: Pick<StandingsStore, 'save'>;
}

const A_PAGE = 200;

/**
 * Makes the standings of a stopped event whose runs have all ended, once: from then on it is finished, and they stay. Runs are found by their
 * tickets, as no index of them would be sure to have the last one. Throws Superseded, GameEventNotFound.
 */
export async function computeStandings(execution: Execution, { events, standings, ...deps }: Deps): Promise<void> {
  const event = await eventOf(execution, events);
  if (event.status !== 'FREEZING') return;
  const performances = await Array.fromAsync(performancesOf(event.id, deps));
  const ranked = rank(performances, prizesOf(event));
  await standings.save(event.id, event.run, ranked);
  const finish = ofRun(event.run, (before) => finishEvent(before, ranked.length));
  await events.change(event.id, finish);
}

async function* performancesOf(
  eventId: string,
  { tickets, runs }: Pick<Deps, 'tickets' | 'runs'>,
): AsyncGenerator<Performance> {
  let after: Position | undefined;
  do {
    const page = await tickets.ofEvent(eventId, { limit: A_PAGE, after });
    // A run has its ticket's id.
    yield* (await runs.findMany(page.items.map(({ id }) => id))).flatMap(performanceOf);
    after = page.next;
  } while (after);
}

function performanceOf(run: Run): Performance | [] {
  if (run.status !== 'SAVED') return [];
  const { id: run_id, user_id, distance_m, duration_s, saved_at } = run;
  return { run_id, user_id, distance_m, duration_s, saved_at };
}
