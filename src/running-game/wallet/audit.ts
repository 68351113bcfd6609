import { pause } from '../../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import type { Balance } from './ledger.ts';
import type { WalletStore } from './wallet-store.ts';

/** What a wallet says that there is in it, and what its entries come to. */
export interface Audit {
  readonly balance: Balance;
  readonly sums: Balance;
  readonly consistent: boolean;
}

/** How often it is begun anew because something was posted while it was read. */
const TRIES = 8;

/** Adds up all entries of a user's wallet. Throws ChangedMeanwhile where it does not rest for long enough. */
export async function auditWallet(
  userId: string,
  { wallets }: { wallets: Pick<WalletStore, 'balanceOf' | 'sums'> },
): Promise<Audit> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await wallets.balanceOf(userId);
    const sums = await wallets.sums(userId);
    const balance = await wallets.balanceOf(userId);
    if (before.version === balance.version) {
      const consistent =
        balance.coins === sums.coins && balance.tokens === sums.tokens && balance.version === sums.version;
      return { balance, sums, consistent };
    }
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}
