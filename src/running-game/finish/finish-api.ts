import type { Cursors } from '../../shared/http/cursor.ts';
import type { GameEventStore } from '../events/game-event-store.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { StandingsStore } from './standings-store.ts';

/** What the routes of this room work with. */
export interface FinishApi {
  readonly events: Pick<GameEventStore, 'find'>;
  readonly standings: Pick<StandingsStore, 'after'>;
  readonly runs: Pick<RunStore, 'find'>;
  readonly cursors: Cursors;
}
