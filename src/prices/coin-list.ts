import { InvalidRequest } from '../shared/errors.ts';
import type { KeptCoins } from './coin-store.ts';
import { CoinId } from './market.ts';

/** The feed's coins, by id and by symbol. */
export interface CoinList {
  readonly fetchedAt: Date;
  readonly ids: ReadonlySet<string>;
  /** In small letters. */
  readonly bySymbol: ReadonlyMap<string, readonly string[]>;
  /** By rank, from 0; undefined where it is not known which are. */
  readonly largest: ReadonlyMap<string, number> | undefined;
}

/** Those that can be asked for; an id that is none of ours is left out. */
export function coinList({ coins, largest, fetchedAt }: KeptCoins): CoinList {
  const known = coins.filter(({ id }) => CoinId.safeParse(id).success);
  const groups = Map.groupBy(known, ({ symbol }) => symbol.toLowerCase());
  const bySymbol = new Map([...groups].map(([symbol, some]) => [symbol, some.map(({ id }) => id)] as const));
  const ranks = largest && new Map(largest.map((id, rank) => [id, rank] as const));
  return { fetchedAt, ids: new Set(known.map(({ id }) => id)), bySymbol, largest: ranks };
}

/** So many are named to choose from. */
const MOST_NAMED = 10;

/**
 * The coin that a text names by its id, or by its symbol, in any case: of several that share it, the largest. Or, where none of these is among
 * the largest, all that it may mean.
 */
export function coinsMeant({ ids, bySymbol, largest }: CoinList, text: string): readonly string[] {
  const exact = [text, text.toLowerCase()].find((id) => ids.has(id));
  if (exact !== undefined) return [exact];
  const meant = bySymbol.get(text.toLowerCase()) ?? [];
  const rank = (id: string) => largest?.get(id) ?? Number.POSITIVE_INFINITY;
  const [first] = meant.filter((id) => largest?.has(id)).sort((a, b) => rank(a) - rank(b));
  return first === undefined ? meant : [first];
}

/** Of several coins, or none. */
export function notNamed(meant: readonly string[]): InvalidRequest {
  if (meant.length === 0)
    return new InvalidRequest([{ field: 'coin', reason: 'is no coin that the price feed knows' }]);
  const shortest = [...meant].sort((a, b) => a.length - b.length || a.localeCompare(b)).slice(0, MOST_NAMED);
  const more = meant.length > MOST_NAMED ? ` and ${meant.length - MOST_NAMED} more` : '';
  return new InvalidRequest([{ field: 'coin', reason: `is the symbol of ${shortest.join(', ')}${more}; name one` }]);
}
