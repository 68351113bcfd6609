import * as z from 'zod';
import { deployedNotifier, NotifierEnv } from '../../../notifications/deployed-notifier.ts';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { runStore } from '../../runs/run-store.ts';
import { settleCapture } from '../settle-capture.ts';
import { capturing } from './territory-task.ts';

const env = readEnv(NotifierEnv.extend({ GAME_RUNS_TABLE: z.string().min(1) }));
const client = documentClient();
const { territories } = capturing();
const deps = {
  territories,
  runs: runStore(client, env.GAME_RUNS_TABLE),
  notifier: deployedNotifier(client, env),
};

export const handler = task(z.object({ runId: z.string() }), ({ runId }) => settleCapture(runId, deps, systemClock()));
