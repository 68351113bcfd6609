import { orLeaveTo } from '../../shared/leave-to.ts';
import { startTopUp } from './start-top-up.ts';
import { hasEnded, nameTransaction, type TopUp, TopUpNotFound, TopUpsOff } from './top-up.ts';
import type { TopUpsApi } from './top-ups-api.ts';

type Deps = Pick<TopUpsApi, 'offer' | 'topUps' | 'executions' | 'tokens'>;

/**
 * Somebody says which transaction pays their top-up. That is written down; the execution that waits is only woken, one that has ended is followed by
 * the next, and what of this is lost the sweep makes up for. Throws TopUpsOff, TopUpNotFound, TopUpSettled, ChangedMeanwhile.
 */
export async function namePayment(id: string, userId: string, hash: string, deps: Deps, now: Date): Promise<TopUp> {
  if (!deps.offer) throw new TopUpsOff();
  let reopened = false;
  const topUp = await deps.topUps.change(id, (current) => {
    reopened = hasEnded(current);
    return nameTransaction(current, userId, hash, now);
  });
  if (!topUp) throw new TopUpNotFound();
  if (topUp.status !== 'AWAITING_PAYMENT') return topUp;
  if (reopened) {
    await startTopUp(topUp, deps.executions);
    return topUp;
  }
  await orLeaveTo('the end of its wait', { topUpId: id }, async () => {
    const token = await deps.topUps.tokenOf(id);
    if (token !== undefined) await deps.tokens.answer(token, {});
  });
  return topUp;
}
