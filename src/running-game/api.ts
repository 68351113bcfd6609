import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { milliseconds } from '../shared/duration.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { userStore } from '../users/user-store.ts';
import type { GameEventsApi } from './events/events-api.ts';
import { gameEventStore } from './events/game-event-store.ts';
import { routes as eventRoutes } from './events/routes/index.ts';
import { ticketStore } from './events/ticket-store.ts';
import type { FinishApi } from './finish/finish-api.ts';
import { FinishEnv } from './finish/finish-env.ts';
import { finishesAt } from './finish/finishes-at.ts';
import { routes as finishRoutes } from './finish/routes/index.ts';
import { standingsStore } from './finish/standings-store.ts';
import { energyOf } from './mining/claim.ts';
import { DeployedMiningEnv, deployedMining } from './mining/deployed-mining.ts';
import type { MiningApi } from './mining/mining-api.ts';
import { routes as miningRoutes } from './mining/routes/index.ts';
import { runStore } from './runs/run-store.ts';
import { RunsEnv } from './runs/runs-env.ts';
import { routes as walletRoutes } from './wallet/routes/index.ts';
import type { WalletApi } from './wallet/wallet-api.ts';
import { walletStore } from './wallet/wallet-store.ts';

const env = readEnv(
  FinishEnv.extend({
    ...RunsEnv.pick({ GAME_RUN_MAX: true, GAME_CLOCK_TOLERANCE: true }).shape,
    ...DeployedMiningEnv.shape,
    GAME_EVENTS_TABLE: z.string().min(1),
    GAME_RUNS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    EVENT_FINISH_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const wallets = walletStore(client, env.GAME_WALLETS_TABLE);
const mining = deployedMining(client, env);

const routes = [...walletRoutes, ...eventRoutes, ...finishRoutes, ...miningRoutes];

export const handler = api<WalletApi & GameEventsApi & FinishApi & MiningApi>(routes, {
  ledger: wallets,
  wallets,
  mining,
  energyOf: (userId, now) => energyOf(userId, mining, now),
  events: gameEventStore(client, env.GAME_EVENTS_TABLE),
  tickets: ticketStore(client, env.GAME_EVENTS_TABLE),
  standings: standingsStore(client, env.GAME_EVENTS_TABLE),
  runs: runStore(client, env.GAME_RUNS_TABLE),
  users: userStore(client, env.USERS_TABLE),
  cursors: cursors(env.TOKEN_SECRET),
  finishes: stepFunctionsExecutions(new SFNClient({}), env.EVENT_FINISH_ARN),
  finishesAt: (startsAt, timeZone) => finishesAt(startsAt, timeZone, env.GAME_FINISH_AT),
  runTimes: {
    uploadGrace: milliseconds(env.GAME_UPLOAD_GRACE),
    longest: milliseconds(env.GAME_RUN_MAX),
    tolerance: milliseconds(env.GAME_CLOCK_TOLERANCE),
  },
});
