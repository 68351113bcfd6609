import * as z from 'zod';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { gameEventStore } from '../../events/game-event-store.ts';
import { ticketStore } from '../../events/ticket-store.ts';
import { runStore } from '../../runs/run-store.ts';
import { computeStandings } from '../compute-standings.ts';
import { Execution } from '../finish-event.ts';
import { standingsStore } from '../standings-store.ts';

const env = readEnv(z.object({ GAME_EVENTS_TABLE: z.string().min(1), GAME_RUNS_TABLE: z.string().min(1) }));
const client = documentClient();
const deps = {
  events: gameEventStore(client, env.GAME_EVENTS_TABLE),
  tickets: ticketStore(client, env.GAME_EVENTS_TABLE),
  runs: runStore(client, env.GAME_RUNS_TABLE),
  standings: standingsStore(client, env.GAME_EVENTS_TABLE),
};

export const handler = task(Execution, (execution) => computeStandings(execution, deps));
