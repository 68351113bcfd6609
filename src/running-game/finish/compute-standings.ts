import type { Position } from '../../shared/http/cursor.ts';
import { finishEvent } from '../events/game-event.ts';
import type { GameEventStore } from '../events/game-event-store.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { type Execution, eventOf, ofRun } from './finish-event.ts';
import { prizesOf } from './prizes.ts';
import { type Performance, rank } from './standing.ts';
import type { StandingsStore } from './standings-store.ts';

interface Deps {
  readonly events: Pick<GameEventStore, 'find' | 'change'>;
  readonly runs: Pick<RunStore, 'runsOfEvent'>;
  readonly standings: Pick<StandingsStore, 'save'>;
}

const A_PAGE = 200;

/**
 * Makes the standings of a stopped event whose runs have all ended, once: from then on it is finished, and they stay. Throws Superseded,
 * GameEventNotFound.
 */
export async function computeStandings(execution: Execution, { events, runs, standings }: Deps): Promise<void> {
  const event = await eventOf(execution, events);
  if (event.status !== 'FREEZING') return;
  const performances = await Array.fromAsync(performancesOf(event.id, runs));
  const ranked = rank(performances, prizesOf(event));
  await standings.save(event.id, event.run, ranked);
  const finish = ofRun(event.run, (before) => finishEvent(before, ranked.length));
  await events.change(event.id, finish);
}

async function* performancesOf(eventId: string, runs: Deps['runs']): AsyncGenerator<Performance> {
  let after: Position | undefined;
  do {
    const page = await runs.runsOfEvent(eventId, { limit: A_PAGE, after });
    yield* page.items.flatMap(performanceOf);
    after = page.next;
  } while (after);
}

function performanceOf(run: Run): Performance | [] {
  // One that is still open is of somebody who is leaving: the ticket that it would have been closed by is gone before it.
  if (run.status !== 'SAVED') return [];
  const { id: run_id, user_id, distance_m, duration_s, saved_at } = run;
  return { run_id, user_id, distance_m, duration_s, saved_at };
}
