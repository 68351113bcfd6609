import { InvalidRequest } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import { ensureStillHere } from '../../users/still-here.ts';
import type { Asset } from './payment.ts';
import { startTopUp } from './start-top-up.ts';
import { askForCoins, type TopUp, TopUpsOff } from './top-up.ts';
import type { TopUpsApi } from './top-ups-api.ts';

type Deps = Pick<TopUpsApi, 'users' | 'offer' | 'topUps' | 'executions'>;

interface Request {
  readonly creation: Creation;
  readonly userId: string;
  readonly coins: number;
  readonly asset: Asset;
}

/**
 * Tells somebody how to pay for coins, and waits for it; the same request again answers the same top-up. Throws TopUpsOff, Forbidden to
 * somebody who has left, InvalidRequest for an asset that is not taken, IdempotencyKeyReused.
 */
export async function buyCoins({ creation, userId, coins, asset }: Request, deps: Deps, now: Date): Promise<TopUp> {
  const { offer } = deps;
  if (!offer) throw new TopUpsOff();
  const terms = offer.termsFor(coins, asset);
  if (!terms) throw new InvalidRequest([{ field: 'asset', reason: 'is not taken here' }]);
  await ensureStillHere(deps.users, userId);
  const topUp = await deps.topUps.create(askForCoins({ coins, terms, expiry: offer.expiry }, creation, userId, now));
  await startTopUp(topUp, deps.executions);
  return topUp;
}
