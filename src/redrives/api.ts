import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { redriveStore } from './redrive-store.ts';
import { routes } from './routes/index.ts';

const env = readEnv(
  z.object({ REDRIVES_TABLE: z.string().min(1), REDRIVE_ARN: z.string().min(1), TOKEN_SECRET: z.string().min(32) }),
);

export const handler = api(routes, {
  redrives: redriveStore(documentClient(), env.REDRIVES_TABLE),
  executions: stepFunctionsExecutions(new SFNClient({}), env.REDRIVE_ARN),
  cursors: cursors(env.TOKEN_SECRET),
});
