import type { Cursors } from '../../shared/http/cursor.ts';
import type { Accounts } from '../../users/still-here.ts';
import type { Ledger } from './ledger.ts';
import type { WalletStore } from './wallet-store.ts';

/** What the routes of this room work with. */
export interface WalletApi {
  readonly ledger: Pick<Ledger, 'post'>;
  readonly wallets: Pick<WalletStore, 'balanceOf' | 'entries' | 'sums' | 'claimKey' | 'entry'>;
  readonly users: Accounts;
  /** How much energy a user has for mining, and how much a full measure is. */
  readonly energyOf: (userId: string, now: Date) => Promise<{ readonly energy: number; readonly max: number }>;
  readonly cursors: Cursors;
}
