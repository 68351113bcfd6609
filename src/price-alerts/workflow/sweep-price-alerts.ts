import * as z from 'zod';
import { marketStore } from '../../prices/market-store.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { sweepTask } from '../../shared/workflow/sweep.ts';
import { sweepAlerts } from '../sweep.ts';
import { deployedTelling, TellingEnv } from './telling.ts';

const env = readEnv(TellingEnv.extend({ PRICES_TABLE: z.string().min(1) }));
const client = documentClient();
const deps = { ...deployedTelling(client, env), markets: marketStore(client, env.PRICES_TABLE) };

export const handler = sweepTask((report) => sweepAlerts({ ...deps, report }));
