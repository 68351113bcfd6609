import { nothing, route } from '../../../shared/http/route.ts';
import { prospectOf } from '../claim.ts';
import type { MiningApi } from '../mining-api.ts';
import { MiningView, viewMining } from '../view.ts';

export default route<MiningApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/mining',
    tag: 'running game',
    summary: 'Your mining energy, and what it would bring this moment',
    params: nothing,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The energy', schema: MiningView } },
    errors: [],
  },
  async ({ caller: { userId }, now }, { mining }) => ({
    status: 200,
    body: viewMining(await prospectOf(userId, mining, now), mining.rules, now),
  }),
);
