import * as z from 'zod';
import { deployedNotifier, NotifierEnv } from '../../../notifications/deployed-notifier.ts';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { gameEventStore } from '../../events/game-event-store.ts';
import { runStore } from '../../runs/run-store.ts';
import { Portion } from '../portion.ts';
import { standingsStore } from '../standings-store.ts';
import { tellResults } from '../tell-results.ts';

const env = readEnv(NotifierEnv.extend({ GAME_EVENTS_TABLE: z.string().min(1), GAME_RUNS_TABLE: z.string().min(1) }));
const client = documentClient();
const deps = {
  events: gameEventStore(client, env.GAME_EVENTS_TABLE),
  standings: standingsStore(client, env.GAME_EVENTS_TABLE),
  runs: runStore(client, env.GAME_RUNS_TABLE),
  notifier: deployedNotifier(client, env),
};

export const handler = task(Portion, (portion) => tellResults(portion, deps, systemClock()));
