import * as z from 'zod';
import { marketStore } from '../../prices/market-store.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { logger } from '../../shared/logger.ts';
import { task } from '../../shared/workflow/task.ts';
import { fireAlerts, Left } from '../fire-alerts.ts';
import { placeIndex } from '../place-index.ts';
import { deployedTelling, TellingEnv } from './telling.ts';

const env = readEnv(TellingEnv.extend({ PRICES_TABLE: z.string().min(1) }));
const client = documentClient();
const deps = {
  ...deployedTelling(client, env),
  places: placeIndex(client, env.PRICE_ALERTS_TABLE),
  markets: marketStore(client, env.PRICES_TABLE),
};

/** What one call can do in a fraction of its time limit. */
const PORTION = { alerts: 300, markets: 50 };

export const handler = task(Left, async (left) => {
  const after = await fireAlerts(left, PORTION, deps);
  logger.info('looked at alerts', { looked: after.looked, markets: left.markets.length - after.markets.length });
  return after;
});
