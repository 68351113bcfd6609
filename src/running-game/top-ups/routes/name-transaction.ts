import * as z from 'zod';
import { ChangedMeanwhile } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { namePayment } from '../name-payment.ts';
import { hexOf } from '../payment.ts';
import { TopUpNotFound, TopUpSettled, TopUpsOff } from '../top-up.ts';
import { type TopUpsApi, topUpPath } from '../top-ups-api.ts';
import { TopUpView, viewTopUp } from '../view.ts';

export default route<TopUpsApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/coins/top-ups/{id}/transaction',
    tag: 'running game',
    summary: 'Says which transaction pays for your coins; it is looked for and confirmed from then on',
    params: topUpPath,
    query: nothing,
    body: z.strictObject({ hash: hexOf(32).describe('Of the transaction that was sent') }),
    replies: { 200: { description: 'The top-up, which looks for it', schema: TopUpView } },
    errors: [TopUpsOff, TopUpNotFound, TopUpSettled, ChangedMeanwhile],
  },
  async ({ params: { id }, body: { hash }, caller, now }, deps) => {
    const topUp = await namePayment(id, caller.userId, hash, deps, now);
    return { status: 200, body: viewTopUp(topUp) };
  },
);
