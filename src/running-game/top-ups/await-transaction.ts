import type { TopUpStore } from './top-up-store.ts';

/** There is nothing to wait for any more; the machine has a way for it. */
export class TransactionNamed extends Error {
  override readonly name = 'TransactionNamed';
}

interface Wait {
  readonly topUpId: string;
  readonly run: number;
  readonly token: string;
}

/**
 * Keeps the token of the Task that waits for a transaction to be named. Throws TransactionNamed when it is there already: whoever names one
 * looks for a token after that, so that it is found here or there.
 */
export async function awaitTransaction(
  { topUpId, run, token }: Wait,
  { topUps }: { topUps: Pick<TopUpStore, 'find' | 'saveToken'> },
  now: Date,
): Promise<void> {
  await topUps.saveToken(topUpId, run, token, now);
  const topUp = await topUps.find(topUpId);
  if (topUp?.status !== 'AWAITING_PAYMENT' || topUp.run !== run || topUp.transaction !== undefined)
    throw new TransactionNamed();
}
