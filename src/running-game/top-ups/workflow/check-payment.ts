import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { milliseconds } from '../../../shared/duration.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { ChainUnavailable } from '../chain.ts';
import { checkPayment } from '../check-payment.ts';
import { rpcChain } from '../rpc-chain.ts';
import { topUpStore } from '../top-up-store.ts';
import { TopUpsEnv } from '../top-ups-env.ts';

/** Milliseconds; a look makes two calls, one after the other, and the function may take 30 s. */
const TIMEOUT = 8000;

const env = readEnv(
  TopUpsEnv.pick({ TOP_UP_RPC_URL: true, TOP_UP_POLL: true }).extend({ GAME_TOP_UPS_TABLE: z.string().min(1) }),
);
const url = env.TOP_UP_RPC_URL;
const deps = {
  topUps: topUpStore(documentClient(), env.GAME_TOP_UPS_TABLE),
  // Coins are not sold any more: what was paid before waits, as when nobody answers.
  chain:
    url === ''
      ? { look: () => Promise.reject(new ChainUnavailable('UNREACHABLE')) }
      : rpcChain({ url, timeoutMs: TIMEOUT }),
  poll: milliseconds(env.TOP_UP_POLL),
};

const Input = z.object({ topUpId: z.string(), run: z.int() });

export const handler = task(Input, (mine) => checkPayment(mine, deps, systemClock()));
