import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { awaitTransaction } from '../await-transaction.ts';
import { topUpStore } from '../top-up-store.ts';

const env = readEnv(z.object({ GAME_TOP_UPS_TABLE: z.string().min(1) }));
const topUps = topUpStore(documentClient(), env.GAME_TOP_UPS_TABLE);

const Input = z.object({ topUpId: z.string(), run: z.int(), token: z.string() });

export const handler = task(Input, (wait) => awaitTransaction(wait, { topUps }, systemClock()));
