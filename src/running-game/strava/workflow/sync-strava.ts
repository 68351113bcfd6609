import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { milliseconds } from '../../../shared/duration.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { RunsEnv } from '../../runs/runs-env.ts';
import { runErrand } from '../run-errand.ts';
import { stravaClient } from '../strava-client.ts';
import { StravaEnv } from '../strava-env.ts';
import { stravaStore } from '../strava-store.ts';
import { tokenVault } from '../token-vault.ts';

const env = readEnv(
  StravaEnv.omit({ STRAVA_WEBHOOK_TOKEN: true, STRAVA_SUBSCRIPTION_ID: true }).extend({
    GAME_STRAVA_TABLE: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
    GAME_RUN_MAX: RunsEnv.shape.GAME_RUN_MAX,
  }),
);
const store = stravaStore(documentClient(), env.GAME_STRAVA_TABLE);
const deps = {
  store,
  strava: stravaClient({
    url: env.STRAVA_URL,
    clientId: env.STRAVA_CLIENT_ID,
    clientSecret: env.STRAVA_CLIENT_SECRET,
    timeoutMs: 8000,
    tokenTimeoutMs: 20_000,
    now: systemClock,
    usedUp: store.useUp,
  }),
  vault: tokenVault(env.TOKEN_SECRET),
  sharing: env.STRAVA_SHARING === 'on',
  keptFor: milliseconds(env.STRAVA_KEEP),
  longestRun: milliseconds(env.GAME_RUN_MAX),
  now: systemClock,
  random: Math.random,
};

const Input = z.object({ errandId: z.string(), run: z.int() });

export const handler = task(Input, (errand) => runErrand(errand, deps));
