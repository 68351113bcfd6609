import * as z from 'zod';
import type { Cursors } from '../../shared/http/cursor.ts';
import type { Executions } from '../../shared/workflow/executions.ts';
import type { Accounts } from '../../users/still-here.ts';
import type { RunTimes } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { Ledger } from '../wallet/ledger.ts';
import type { FinishTime } from './game-event.ts';
import type { GameEventStore } from './game-event-store.ts';
import type { TicketStore } from './ticket-store.ts';

/** What the routes of this room work with. */
export interface GameEventsApi {
  readonly events: Pick<GameEventStore, 'create' | 'repeated' | 'find' | 'findMany' | 'change' | 'list'>;
  readonly tickets: Pick<TicketStore, 'repeated' | 'find' | 'buy' | 'end' | 'list'>;
  readonly ledger: Pick<Ledger, 'postingWrites' | 'refusalOf' | 'opening'>;
  readonly runs: Pick<RunStore, 'openingWrites' | 'find'>;
  readonly users: Accounts;
  readonly cursors: Cursors;
  readonly finishesAt: FinishTime;
  /** Executions of `event-finish`, which pays cancelled events back. */
  readonly finishes: Pick<Executions, 'start'>;
  /** Milliseconds: the grace for uploads after an event's finish, and the longest run. */
  readonly runTimes: RunTimes;
}

/** Of an event, or of a ticket. */
export const idPath = z.object({ id: z.string().min(1).max(64) });
