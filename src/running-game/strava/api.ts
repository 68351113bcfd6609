import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { api } from '../../shared/http/api.ts';
import { cursors } from '../../shared/http/cursor.ts';
import { stepFunctionsExecutions } from '../../shared/workflow/executions.ts';
import { userStore } from '../../users/user-store.ts';
import { runStore } from '../runs/run-store.ts';
import { routes } from './routes/index.ts';
import { stravaClient } from './strava-client.ts';
import { StravaEnv } from './strava-env.ts';
import { stravaStore } from './strava-store.ts';
import { tokenVault } from './token-vault.ts';

const env = readEnv(
  StravaEnv.omit({ STRAVA_KEEP: true }).extend({
    GAME_STRAVA_TABLE: z.string().min(1),
    GAME_RUNS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    STRAVA_SYNC_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
    PUBLIC_URL: z.string().min(1),
  }),
);
const client = documentClient();

export const handler = api(routes, {
  store: stravaStore(client, env.GAME_STRAVA_TABLE),
  strava:
    env.STRAVA_CLIENT_ID === ''
      ? undefined
      : stravaClient({
          url: env.STRAVA_URL,
          clientId: env.STRAVA_CLIENT_ID,
          clientSecret: env.STRAVA_CLIENT_SECRET,
          timeoutMs: 8000,
          tokenTimeoutMs: 20_000,
          now: systemClock,
          // What is asked here does not count.
          usedUp: async () => undefined,
        }),
  vault: tokenVault(env.TOKEN_SECRET),
  users: userStore(client, env.USERS_TABLE),
  runs: runStore(client, env.GAME_RUNS_TABLE),
  executions: stepFunctionsExecutions(new SFNClient({}), env.STRAVA_SYNC_ARN),
  cursors: cursors(env.TOKEN_SECRET),
  redirect: `${env.PUBLIC_URL}/api/v1/game/strava/callback`,
  webhookToken: env.STRAVA_WEBHOOK_TOKEN,
  subscriptionId: env.STRAVA_SUBSCRIPTION_ID,
  sharing: env.STRAVA_SHARING === 'on',
});
