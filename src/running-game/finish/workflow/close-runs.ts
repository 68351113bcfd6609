import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { gameEventStore } from '../../events/game-event-store.ts';
import { ticketStore } from '../../events/ticket-store.ts';
import { runStore } from '../../runs/run-store.ts';
import { RunsEnv } from '../../runs/runs-env.ts';
import { closeRun } from '../../runs/save-run.ts';
import { closeRuns } from '../close-runs.ts';
import { Portion } from '../portion.ts';

const env = readEnv(
  RunsEnv.pick({ GAME_PRIVACY_RADIUS: true }).extend({
    GAME_EVENTS_TABLE: z.string().min(1),
    GAME_RUNS_TABLE: z.string().min(1),
  }),
);
const client = documentClient();
const runs = runStore(client, env.GAME_RUNS_TABLE);
const saving = { runs, privacyRadius: env.GAME_PRIVACY_RADIUS };
const deps = {
  events: gameEventStore(client, env.GAME_EVENTS_TABLE),
  tickets: ticketStore(client, env.GAME_EVENTS_TABLE),
  runs,
  close: (id: string, now: Date) => closeRun(id, saving, now),
};

export const handler = task(Portion, (portion) => closeRuns(portion, deps, systemClock()));
