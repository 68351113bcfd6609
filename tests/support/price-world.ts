import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { breakerStore } from '../../src/prices/breaker-store.ts';
import { minuteBudget } from '../../src/prices/budget.ts';
import { coinStore } from '../../src/prices/coin-store.ts';
import { coinGecko } from '../../src/prices/coingecko.ts';
import { coins } from '../../src/prices/coins.ts';
import { currentPrices } from '../../src/prices/current-price.ts';
import { guarded, within } from '../../src/prices/guarded.ts';
import { look } from '../../src/prices/look.ts';
import { marketStore } from '../../src/prices/market-store.ts';
import { priceTroubles } from '../../src/prices/troubles.ts';
import { type Answer, json, Provider } from '../channels/support/provider.ts';
import { aws, tables } from './tables.ts';

const client = new DynamoDBClient(aws);

/** So often in a minute those who set alerts may ask the server. */
export const ASKED_AT_MOST = 5;

type Told = Record<string, Record<string, string | number | null>>;

/**
 * Prices in a table of their own, from a server of their own, at a moment that is moved by hand: what the deployed function does by itself
 * every minute is not in the way.
 */
export async function priceWorld(TableName: string, begin = '2090-03-01T12:00:00.000Z') {
  const keys = ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
  const [pk, sk] = keys.map(({ AttributeName }) => AttributeName);
  const KeySchema = [
    { AttributeName: pk, KeyType: 'HASH' as const },
    { AttributeName: sk, KeyType: 'RANGE' as const },
  ];
  const definition = { TableName, KeySchema, AttributeDefinitions: keys, BillingMode: 'PAY_PER_REQUEST' as const };
  await client.send(new CreateTableCommand(definition));
  const server = await new Provider().start();
  let time = Date.parse(begin);
  const now = () => new Date(time);
  const limits = { maxAge: 5 * 60_000, maxJump: 30 };
  let interval = 60_000;

  /** A process of its own; with `step` around every call of the table. */
  const process = (step?: <T>(work: () => Promise<T>) => Promise<T>) => {
    const table = tables(step);
    const markets = marketStore(table, TableName);
    const breaker = breakerStore(table, TableName);
    const feed = coinGecko({ url: server.origin, key: '', timeoutMs: 20_000, now });
    const deps = { feed, guarded: guarded({ breaker, now, random: () => 1 }), markets, limits, now };
    const forPeople = { ...deps, guarded: within(minuteBudget(table, TableName, ASKED_AT_MOST), now, deps.guarded) };
    return {
      markets,
      look: () => look(deps),
      prices: currentPrices(forPeople),
      coins: coins({ ...forPeople, store: coinStore(table, TableName) }),
      troubles: () => priceTroubles(now(), { breaker, markets, maxAge: limits.maxAge, interval }),
    };
  };

  return {
    server,
    now,
    /** Moves the clock by so many seconds. */
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
    process,
    /** Prices are looked at every so many seconds. */
    looksEvery: (seconds: number) => {
      interval = seconds * 1000;
    },
    /** The server tells these prices of this moment, unless they have a time of their own. */
    tell: (told: Told) => {
      const at = { last_updated_at: time / 1000 };
      server.answers(json(200, Object.fromEntries(Object.entries(told).map(([id, coin]) => [id, { ...at, ...coin }]))));
    },
    answer: (...answers: Answer[]) => server.answers(...answers),
    end: async () => {
      await server.stop();
      await client.send(new DeleteTableCommand({ TableName }));
    },
  };
}
