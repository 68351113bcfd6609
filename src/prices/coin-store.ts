import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ListedCoin } from './feed.ts';

export interface KeptCoins {
  readonly coins: readonly ListedCoin[];
  /** Ids, the largest first; undefined where the feed has not told. */
  readonly largest: readonly string[] | undefined;
  readonly fetchedAt: Date;
}

/**
 * The list of coins, in one item of the table `prices` (`market-store.ts`), compressed: CoinGecko's 20,000 take half of the 400 KB that an item
 * may have, and reading it some 25 units.
 */
export interface CoinStore {
  /** Undefined before the first one is put. */
  read(): Promise<KeptCoins | undefined>;
  put(kept: KeptCoins): Promise<void>;
}

const KEY = { pk: 'feed', sk: 'coins' };

/** The best of 11 would take seconds. */
const params = { [constants.BROTLI_PARAM_QUALITY]: 6 };

const Item = z.object({
  fetched_at: z.iso.datetime(),
  coins: z.instanceof(Uint8Array),
  largest: z.array(z.string()).optional(),
});

export const coinStore = (client: DynamoDBDocumentClient, table: string): CoinStore => ({
  async read() {
    const found = await client.send(new GetCommand({ TableName: table, Key: KEY }));
    if (!found.Item) return undefined;
    const { fetched_at, coins, largest } = Item.parse(found.Item);
    const list: unknown = JSON.parse(brotliDecompressSync(coins).toString());
    return { coins: z.array(ListedCoin).parse(list), largest, fetchedAt: new Date(fetched_at) };
  },

  async put({ coins, largest, fetchedAt }) {
    const compressed = brotliCompressSync(JSON.stringify(coins), { params });
    const item = { ...KEY, coins: compressed, largest, fetched_at: fetchedAt.toISOString() };
    await client.send(new PutCommand({ TableName: table, Item: item }));
  },
});
