import { logger } from '../shared/logger.ts';
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
   * The coin that a text means: an id, or a symbol, in any case; of several coins with that symbol the largest. Throws InvalidRequest (of `coin`),
   * which names up to ten that may be meant, where none of them is large, and PriceUnavailable while the list can't be had, or which are large.
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
/** The same where a coin is not in it, or it does not say which coins are large. */
const LONGEST_WITHOUT = 10 * MINUTE;

/** Whether a newer list may tell more of it. */
function isUncertain(list: CoinList, text: string): boolean {
  const { length } = coinsMeant(list, text);
  return length === 0 || (length > 1 && !list.largest);
}

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
    if (kept) list = coinList(kept);
    if (isYoung(mostAge, now)) return;
    askedAt = now.getTime();
    try {
      const all = await guarded(() => feed.coins());
      const fetched = { coins: all, largest: (await largest()) ?? kept?.largest, fetchedAt: now };
      await store.put(fetched);
      list = coinList(fetched);
    } catch (error) {
      // The old list does until the feed is back.
      if (!isFeedDown(error)) throw error;
    }
  }

  /** Undefined when the feed does not tell: what was known before does then, and of every other coin its id. */
  async function largest(): Promise<string[] | undefined> {
    try {
      return await guarded(() => feed.largest());
    } catch (error) {
      if (!isFeedDown(error)) throw error;
      logger.warn('the price feed does not tell which coins are large', { fault: String(error) });
      return undefined;
    }
  }

  return {
    async named(text, now) {
      await refresh(LONGEST, now);
      if (list && isUncertain(list, text)) await refresh(LONGEST_WITHOUT, now);
      if (!list) throw new PriceUnavailable();
      const meant = coinsMeant(list, text);
      const [only, ...others] = meant;
      if (others.length > 0 && !list.largest) throw new PriceUnavailable();
      if (only === undefined || others.length > 0) throw notNamed(meant);
      return only;
    },
  };
}
