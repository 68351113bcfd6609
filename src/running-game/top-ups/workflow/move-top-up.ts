import * as z from 'zod';
import { deployedNotifier, NotifierEnv } from '../../../notifications/deployed-notifier.ts';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { walletStore } from '../../wallet/wallet-store.ts';
import { moveTopUp } from '../move-top-up.ts';
import { topUpStore } from '../top-up-store.ts';

const env = readEnv(
  NotifierEnv.extend({ GAME_TOP_UPS_TABLE: z.string().min(1), GAME_WALLETS_TABLE: z.string().min(1) }),
);
const client = documentClient();
const deps = {
  topUps: topUpStore(client, env.GAME_TOP_UPS_TABLE),
  ledger: walletStore(client, env.GAME_WALLETS_TABLE),
  notifier: deployedNotifier(client, env),
};

const Input = z.object({ topUpId: z.string(), run: z.int(), step: z.enum(['TAKE_UP', 'CREDIT', 'SETTLE']) });

export const handler = task(Input, (step) => moveTopUp(step, deps, systemClock()));
