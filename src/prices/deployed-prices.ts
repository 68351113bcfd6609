import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { systemClock } from '../shared/clock.ts';
import { milliseconds } from '../shared/duration.ts';
import { breakerStore } from './breaker-store.ts';
import { minuteBudget } from './budget.ts';
import { coinStore } from './coin-store.ts';
import { coinGecko } from './coingecko.ts';
import { coins } from './coins.ts';
import { currentPrices } from './current-price.ts';
import { guarded, within } from './guarded.ts';
import { look } from './look.ts';
import { marketStore } from './market-store.ts';
import { PricesEnv } from './prices-env.ts';

/** What a function has to know to ask for prices. */
export const DeployedPricesEnv = PricesEnv.extend({ PRICES_TABLE: z.string().min(1) });

/** Markets, prices and coins, as a function of this or another domain has them; each answer of the feed is waited for `timeoutMs`. */
export function deployedPrices(
  client: DynamoDBDocumentClient,
  env: z.output<typeof DeployedPricesEnv>,
  timeoutMs: number,
) {
  const feed = coinGecko({ url: env.PRICE_FEED_URL, key: env.PRICE_FEED_KEY, timeoutMs, now: systemClock });
  const breaker = breakerStore(client, env.PRICES_TABLE);
  const budget = minuteBudget(client, env.PRICES_TABLE, env.PRICE_REQUESTS_PER_MINUTE);
  const markets = marketStore(client, env.PRICES_TABLE);
  const deps = {
    feed,
    guarded: guarded({ breaker, now: systemClock, random: Math.random }),
    markets,
    limits: { maxAge: milliseconds(env.PRICE_MAX_AGE), maxJump: env.PRICE_MAX_JUMP },
    now: systemClock,
  };
  const forPeople = { ...deps, guarded: within(budget, systemClock, deps.guarded) };
  return {
    markets,
    prices: currentPrices(forPeople),
    coins: coins({ ...forPeople, store: coinStore(client, env.PRICES_TABLE) }),
    look: () => look(deps),
  };
}
