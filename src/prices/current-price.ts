import { problem } from '../shared/errors.ts';
import type { CoinId, Market, Observation } from './market.ts';

/** 503: neither the feed nor what was observed last can tell. */
export class PriceUnavailable extends problem(
  'price-unavailable',
  503,
  'The price is not known at the moment; try again in a while',
) {
  override readonly retryAfterSeconds = 60;
}

/** What a coin costs at this moment. */
export interface CurrentPrices {
  /**
   * The feed's quote, at most some seconds old in this process; where the feed can't be asked, what was observed last, while it is fresh.
   * Throws InvalidRequest (of `coin`) where the feed knows no price of the coin in this currency, and PriceUnavailable.
   */
  current(market: Market, now: Date): Promise<Observation>;
}

/** The coins that the feed has. */
export interface Coins {
  /**
   * The coin that a text means: an id, or a symbol that one coin alone has, in any case. Throws InvalidRequest (of `coin`), which names
   * up to ten that may be meant, and PriceUnavailable while the list can't be had.
   */
  named(text: string, now: Date): Promise<CoinId>;
}
