import * as z from 'zod';
import { DeployedPricesEnv, deployedPrices } from '../prices/deployed-prices.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors, type Page } from '../shared/http/cursor.ts';
import { sealWith } from '../shared/seal.ts';
import { userStore } from '../users/user-store.ts';
import type { Alert } from './alert.ts';
import { alertStore } from './alert-store.ts';
import { pageCache } from './page-cache.ts';
import { placeIndex } from './place-index.ts';
import { routes } from './routes/index.ts';

/** Alerts that a process remembers, each a kilobyte or so. */
const REMEMBERED = 20_000;

const env = readEnv(
  DeployedPricesEnv.extend({
    PRICE_ALERTS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
/** A new coin takes three answers of the feed, within the function's time. */
const { markets, prices, coins } = deployedPrices(client, env, 5_000);

export const handler = api(routes, {
  users: userStore(client, env.USERS_TABLE),
  alerts: alertStore(client, env.PRICE_ALERTS_TABLE),
  places: placeIndex(client, env.PRICE_ALERTS_TABLE),
  markets,
  prices,
  coins,
  pages: pageCache<Page<Alert>>(REMEMBERED),
  cursors: cursors(env.TOKEN_SECRET),
  seal: sealWith(env.TOKEN_SECRET),
});
