import type { WalletStore } from './wallet-store.ts';

interface Deps {
  readonly wallets: Pick<WalletStore, 'close'>;
  readonly now: () => Date;
}

/** What a user has goes with them, and so does how they came to it. Nothing is posted to their wallet from then on. */
export const walletForgetter = ({ wallets, now }: Deps) => ({
  forgetUser: (userId: string): Promise<void> => wallets.close(userId, now()),
});
