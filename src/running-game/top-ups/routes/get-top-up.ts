import { nothing, route } from '../../../shared/http/route.ts';
import { TopUpNotFound } from '../top-up.ts';
import { type TopUpsApi, topUpPath } from '../top-ups-api.ts';
import { TopUpView, viewTopUp } from '../view.ts';

export default route<TopUpsApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/coins/top-ups/{id}',
    tag: 'running game',
    summary: 'Coins that you have asked to pay for, and what has become of the payment',
    params: topUpPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The top-up', schema: TopUpView } },
    errors: [TopUpNotFound],
  },
  async ({ params: { id }, caller }, { topUps }) => {
    const topUp = await topUps.find(id);
    if (topUp?.user_id !== caller.userId) throw new TopUpNotFound();
    return { status: 200, body: viewTopUp(topUp) };
  },
);
