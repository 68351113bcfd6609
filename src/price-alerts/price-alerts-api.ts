import * as z from 'zod';
import type { Coins } from '../prices/coins.ts';
import type { CurrentPrices } from '../prices/current-price.ts';
import type { MarketStore } from '../prices/market-store.ts';
import type { Cursors, Page } from '../shared/http/cursor.ts';
import type { Seal } from '../shared/seal.ts';
import type { Accounts } from '../users/still-here.ts';
import type { Alert } from './alert.ts';
import type { AlertStore } from './alert-store.ts';
import type { PageCache } from './page-cache.ts';
import type { PlaceIndex } from './place-index.ts';

/** What the routes of this domain work with. */
export interface PriceAlertsApi {
  readonly users: Accounts;
  readonly alerts: AlertStore;
  readonly places: Pick<PlaceIndex, 'expect'>;
  readonly markets: Pick<MarketStore, 'watch' | 'untreat'>;
  readonly prices: CurrentPrices;
  readonly coins: Coins;
  /** Of people's lists. */
  readonly pages: PageCache<Page<Alert>>;
  readonly cursors: Cursors;
  readonly seal: Seal;
}

/** Of an alert. */
export const alertId = z.string().min(1).max(64);
