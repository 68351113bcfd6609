import { DAY, MINUTE } from '../shared/time.ts';
import { type CoinList, coinList, coinsMeant, notNamed } from './coin-list.ts';
import type { CoinStore } from './coin-store.ts';
import { PriceUnavailable } from './current-price.ts';
import type { PriceFeed } from './feed.ts';
import { type Guarded, isFeedDown } from './guarded.ts';
import type { CoinId } from './market.ts';

/** The coins that the feed has. */
export interface Coins {
  /**
   * The coin that a text means: an id, or a symbol that one coin alone has, in any case. Throws InvalidRequest (of `coin`), which names
   * up to ten that may be meant, and PriceUnavailable while the list can't be had.
   */
  named(text: string, now: Date): Promise<CoinId>;
}

interface Deps {
  readonly feed: PriceFeed;
  readonly guarded: Guarded;
  readonly store: CoinStore;
}

/** A list that is older is fetched again. Milliseconds. */
const LONGEST = DAY;
/** The same where a coin is not in it. */
const LONGEST_WITHOUT = 10 * MINUTE;

export function coins({ feed, guarded, store }: Deps): Coins {
  let list: CoinList | undefined;
  /** When this process asked the feed. */
  let askedAt = 0;

  const isYoung = (mostAge: number, now: Date) =>
    list !== undefined && list.fetchedAt.getTime() > now.getTime() - mostAge;

  /** Has the list no older than that, where the feed lets it; what others have fetched will do. */
  async function refresh(mostAge: number, now: Date): Promise<void> {
    if (isYoung(mostAge, now)) return;
    if (list !== undefined && askedAt > now.getTime() - LONGEST_WITHOUT) return;
    const kept = await store.read();
    if (kept) list = coinList(kept.coins, kept.fetchedAt);
    if (isYoung(mostAge, now)) return;
    askedAt = now.getTime();
    try {
      const fetched = { coins: await guarded(() => feed.coins()), fetchedAt: now };
      await store.put(fetched);
      list = coinList(fetched.coins, fetched.fetchedAt);
    } catch (error) {
      // The old list does until the feed is back.
      if (!isFeedDown(error)) throw error;
    }
  }

  return {
    async named(text, now) {
      await refresh(LONGEST, now);
      if (list && coinsMeant(list, text).length === 0) await refresh(LONGEST_WITHOUT, now);
      if (!list) throw new PriceUnavailable();
      const meant = coinsMeant(list, text);
      const [only] = meant;
      if (only === undefined || meant.length > 1) throw notNamed(meant);
      return only;
    },
  };
}
