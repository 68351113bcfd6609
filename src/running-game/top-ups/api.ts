import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { api } from '../../shared/http/api.ts';
import { cursors } from '../../shared/http/cursor.ts';
import { stepFunctionsExecutions } from '../../shared/workflow/executions.ts';
import { stepFunctionsTokens } from '../../shared/workflow/task-tokens.ts';
import { userStore } from '../../users/user-store.ts';
import { routes } from './routes/index.ts';
import { topUpStore } from './top-up-store.ts';
import { OfferEnv, offerOf } from './top-ups-env.ts';

const env = readEnv(
  OfferEnv.extend({
    GAME_TOP_UPS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    COIN_TOP_UP_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const stepFunctions = new SFNClient({});

export const handler = api(routes, {
  topUps: topUpStore(client, env.GAME_TOP_UPS_TABLE),
  users: userStore(client, env.USERS_TABLE),
  executions: stepFunctionsExecutions(stepFunctions, env.COIN_TOP_UP_ARN),
  tokens: stepFunctionsTokens(stepFunctions),
  cursors: cursors(env.TOKEN_SECRET),
  offer: offerOf(env),
});
