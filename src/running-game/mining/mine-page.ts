import * as z from 'zod';
import { chunks } from '../../shared/chunks.ts';
import { errorName } from '../../shared/errors.ts';
import { SHARDS } from '../../shared/shard.ts';
import type { WalletStore } from '../wallet/wallet-store.ts';
import { type MiningDeps, mineOnce } from './claim.ts';

/** Where a round goes on: in a shard of the wallets, after the last one that it has dealt with. */
export const Place = z.object({
  shard: z.int().min(0),
  after: z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
});
export type Place = z.output<typeof Place>;

/** What one call has done for the round of an hour, and where the next one goes on; null at the end. */
export interface MinedPage {
  readonly from: Place | null;
  readonly mined: number;
  /** Users for whom it did not work: they keep their energy for the next round. */
  readonly failed: number;
}

interface PageDeps extends Omit<MiningDeps, 'wallets'> {
  readonly wallets: MiningDeps['wallets'] & Pick<WalletStore, 'holders'>;
  readonly now: () => Date;
  /** Tells the operators. */
  readonly report: (finding: string, about: object) => void;
}

const AT_ONCE = 10;

/** Mines for up to `portion` of those who have a wallet, once in the hour `round`; what goes wrong with one keeps no other back. */
export async function minePage(
  { round, from }: { readonly round: string; readonly from: Place },
  portion: number,
  deps: PageDeps,
): Promise<MinedPage> {
  const counts = { mined: 0, failed: 0 };
  const mineFor = async (userId: string) => {
    try {
      const posting = await mineOnce({ userId, key: `round-${round}`, round }, deps, deps.now());
      if (posting) counts.mined++;
    } catch (error) {
      counts.failed++;
      deps.report('not mined', { userId, round, error: errorName(error) });
    }
  };
  let place: Place | null = from;
  for (let left = portion; left > 0 && place; ) {
    const { shard, after }: Place = place;
    const { items, next } = await deps.wallets.holders(shard, { limit: left, after: after ?? undefined });
    for (const some of chunks(items, AT_ONCE)) await Promise.all(some.map(mineFor));
    left -= items.length;
    place = next ? { shard, after: next } : shard + 1 < SHARDS ? { shard: shard + 1, after: null } : null;
  }
  return { from: place, ...counts };
}
