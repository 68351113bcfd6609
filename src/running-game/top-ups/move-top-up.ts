import type { Notifier } from '../../notifications/notifier.ts';
import type { Ledger } from '../wallet/ledger.ts';
import { type Standing, standingOf } from './standing.ts';
import { tellUser } from './tell-user.ts';
import { endTold, expireUnpaid, hasEnded, type TopUp } from './top-up.ts';
import type { TopUpStore } from './top-up-store.ts';

export interface MoveDeps {
  readonly topUps: Pick<TopUpStore, 'find' | 'change' | 'credit'>;
  readonly ledger: Pick<Ledger, 'postingWrites' | 'refusalOf'>;
  readonly notifier: Notifier;
}

/** What the machine does with a top-up: takes it up, puts the coins into the wallet, or brings it to its end. */
export interface Step {
  readonly topUpId: string;
  /** The execution that asks. */
  readonly run: number;
  readonly step: 'TAKE_UP' | 'CREDIT' | 'SETTLE';
}

/** Done again, and by an execution that another one has replaced, a step changes nothing. */
export async function moveTopUp({ topUpId, run, step }: Step, deps: MoveDeps, now: Date): Promise<Standing> {
  const topUp = await deps.topUps.find(topUpId);
  const after = topUp?.run === run ? await moved(topUp, step, deps, now) : topUp;
  // The next look is the first one: it is not waited for.
  return standingOf(after, run, { poll: 0 }, now);
}

async function moved(topUp: TopUp, step: Step['step'], deps: MoveDeps, now: Date): Promise<TopUp | undefined> {
  if (step === 'TAKE_UP') return deps.topUps.change(topUp.id, (current) => expireUnpaid(current, now));
  if (step === 'CREDIT') return deps.topUps.credit(topUp.id, deps.ledger, now);
  // One that is still confirmed has nobody's wallet to go to, which is found out once more.
  const ended = topUp.status === 'CONFIRMED' ? await deps.topUps.credit(topUp.id, deps.ledger, now) : topUp;
  return ended && hasEnded(ended) ? settle(ended, deps, now) : ended;
}

/** Tells the user how it has ended, and leaves it to rest. */
export async function settle(
  topUp: TopUp,
  { topUps, notifier }: { readonly topUps: Pick<TopUpStore, 'change'>; readonly notifier: Notifier },
  now: Date,
): Promise<TopUp | undefined> {
  await tellUser(topUp, notifier, now);
  // Not the next one's, where another transaction was named meanwhile.
  return topUps.change(topUp.id, (current) => (current.named === topUp.named ? endTold(current) : current));
}
