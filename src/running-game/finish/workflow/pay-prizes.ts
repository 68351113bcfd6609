import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { gameEventStore } from '../../events/game-event-store.ts';
import { runStore } from '../../runs/run-store.ts';
import { walletStore } from '../../wallet/wallet-store.ts';
import { Execution } from '../finish-event.ts';
import { payPrizes } from '../pay-prizes.ts';
import { standingsStore } from '../standings-store.ts';

const env = readEnv(
  z.object({
    GAME_EVENTS_TABLE: z.string().min(1),
    GAME_RUNS_TABLE: z.string().min(1),
    GAME_WALLETS_TABLE: z.string().min(1),
  }),
);
const client = documentClient();
const deps = {
  events: gameEventStore(client, env.GAME_EVENTS_TABLE),
  standings: standingsStore(client, env.GAME_EVENTS_TABLE),
  runs: runStore(client, env.GAME_RUNS_TABLE),
  ledger: walletStore(client, env.GAME_WALLETS_TABLE),
};

export const handler = task(Execution, (execution) => payPrizes(execution, deps, systemClock()));
