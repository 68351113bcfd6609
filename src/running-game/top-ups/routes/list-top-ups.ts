import * as z from 'zod';
import { pageQuery } from '../../../shared/http/cursor.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import type { TopUpsApi } from '../top-ups-api.ts';
import { TopUpView, viewTopUp } from '../view.ts';

export default route<TopUpsApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/coins/top-ups',
    tag: 'running game',
    summary: 'Coins that you have asked to pay for, the newest first',
    params: nothing,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of top-ups; without a cursor it is the last one',
        schema: z.object({ items: z.array(TopUpView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, caller }, { topUps, cursors }) => {
    const scope = `top-ups of ${caller.userId}`;
    const { items, next } = await topUps.ofUser(caller.userId, { limit, after: cursors.open(scope, cursor) });
    return { status: 200, body: { items: items.map(viewTopUp), cursor: cursors.seal(scope, next) } };
  },
);
