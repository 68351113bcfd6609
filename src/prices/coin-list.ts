import { InvalidRequest } from '../shared/errors.ts';
import type { ListedCoin } from './feed.ts';
import { CoinId } from './market.ts';

/** The feed's coins, by id and by symbol. */
export interface CoinList {
  readonly fetchedAt: Date;
  readonly ids: ReadonlySet<string>;
  /** In small letters. */
  readonly bySymbol: ReadonlyMap<string, readonly string[]>;
}

/** Those that can be asked for; an id that is none of ours is left out. */
export function coinList(coins: readonly ListedCoin[], fetchedAt: Date): CoinList {
  const known = coins.filter(({ id }) => CoinId.safeParse(id).success);
  const groups = Map.groupBy(known, ({ symbol }) => symbol.toLowerCase());
  const bySymbol = new Map([...groups].map(([symbol, some]) => [symbol, some.map(({ id }) => id)] as const));
  return { fetchedAt, ids: new Set(known.map(({ id }) => id)), bySymbol };
}

/** So many are named to choose from. */
const MOST_NAMED = 10;

/** The coin that a text names by its id, or by a symbol that no other has, in any case; or those that it may mean. */
export function coinsMeant({ ids, bySymbol }: CoinList, text: string): readonly string[] {
  const exact = [text, text.toLowerCase()].find((id) => ids.has(id));
  return exact === undefined ? (bySymbol.get(text.toLowerCase()) ?? []) : [exact];
}

/** Of several coins, or none. */
export function notNamed(meant: readonly string[]): InvalidRequest {
  if (meant.length === 0)
    return new InvalidRequest([{ field: 'coin', reason: 'is no coin that the price feed knows' }]);
  const shortest = [...meant].sort((a, b) => a.length - b.length || a.localeCompare(b)).slice(0, MOST_NAMED);
  const more = meant.length > MOST_NAMED ? ` and ${meant.length - MOST_NAMED} more` : '';
  return new InvalidRequest([{ field: 'coin', reason: `is the symbol of ${shortest.join(', ')}${more}; name one` }]);
}
