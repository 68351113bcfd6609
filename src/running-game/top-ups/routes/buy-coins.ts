import * as z from 'zod';
import { Forbidden, IdempotencyKeyReused } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { buyCoins } from '../buy-coins.ts';
import { Asset } from '../payment.ts';
import { TopUpsOff } from '../top-up.ts';
import type { TopUpsApi } from '../top-ups-api.ts';
import { TopUpView, viewTopUp } from '../view.ts';

const COINS = 'must be a whole number from 1 to 1000000';

export default route<TopUpsApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/coins/top-ups',
    tag: 'running game',
    summary: 'Tells how to pay for coins on the chain',
    params: nothing,
    query: nothing,
    body: z.strictObject({
      coins: z.int(COINS).min(1, COINS).max(1_000_000, COINS),
      asset: Asset.describe('What is paid: the chain’s own coin, or the token that is taken'),
    }),
    replies: { 201: { description: 'Its payment is waited for; Location leads to it', schema: TopUpView } },
    errors: [TopUpsOff, Forbidden, IdempotencyKeyReused],
  },
  async ({ body, caller, creation, now }, deps) => {
    const topUp = await buyCoins({ creation, userId: caller.userId, ...body }, deps, now);
    const location = `/api/v1/game/coins/top-ups/${topUp.id}`;
    return { status: 201, body: viewTopUp(topUp), headers: { location } };
  },
);
