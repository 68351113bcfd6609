import type { Chain } from './chain.ts';
import { type Standing, standingOf } from './standing.ts';
import { expireUnpaid, judge } from './top-up.ts';
import type { TopUpStore } from './top-up-store.ts';

interface Deps {
  readonly topUps: Pick<TopUpStore, 'find' | 'change'>;
  readonly chain: Chain;
  /** The shortest time between two looks; milliseconds. */
  readonly poll: number;
}

/**
 * Looks at the chain once for the transaction of a top-up, and writes down what that means. Done again, and by an execution that another one has
 * replaced, it changes nothing that was decided. Throws ChainUnavailable.
 */
export async function checkPayment(
  { topUpId, run }: { readonly topUpId: string; readonly run: number },
  { topUps, chain, ...pace }: Deps,
  now: Date,
): Promise<Standing> {
  const topUp = await topUps.find(topUpId);
  if (topUp?.run !== run || (topUp.status !== 'AWAITING_PAYMENT' && topUp.status !== 'CONFIRMING'))
    return standingOf(topUp, run, pace, now);
  const { transaction } = topUp;
  if (transaction === undefined) {
    const after = await topUps.change(topUpId, (current) =>
      current.run === run ? expireUnpaid(current, now) : current,
    );
    return standingOf(after, run, pace, now);
  }
  const sighting = await chain.look(topUp.chain_id, transaction);
  const after = await topUps.change(topUpId, (current) =>
    current.run === run ? judge(current, transaction, sighting, now) : current,
  );
  return standingOf(after, run, { ...pace, head: sighting.head }, now);
}
