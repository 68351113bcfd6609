import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { api } from '../../shared/http/api.ts';
import { cursors } from '../../shared/http/cursor.ts';
import { stepFunctionsExecutions } from '../../shared/workflow/executions.ts';
import { routes } from './routes/index.ts';
import { runStore } from './run-store.ts';
import { RunsEnv } from './runs-env.ts';

const env = readEnv(
  RunsEnv.pick({ GAME_PRIVACY_RADIUS: true }).extend({
    GAME_RUNS_TABLE: z.string().min(1),
    CAPTURE_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);

export const handler = api(routes, {
  runs: runStore(documentClient(), env.GAME_RUNS_TABLE),
  captures: stepFunctionsExecutions(new SFNClient({}), env.CAPTURE_ARN),
  cursors: cursors(env.TOKEN_SECRET),
  privacyRadius: env.GAME_PRIVACY_RADIUS,
});
