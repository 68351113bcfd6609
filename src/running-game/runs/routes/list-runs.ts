import * as z from 'zod';
import { pageQuery } from '../../../shared/http/cursor.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import type { RunsApi } from '../runs-api.ts';
import { RunView } from '../view.ts';

export default route<RunsApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/runs',
    tag: 'running game',
    summary: 'List your runs, the newest first',
    params: nothing,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of runs; `cursor` leads to the next one and is absent on the last',
        schema: z.object({ items: z.array(RunView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, caller: { userId } }, { runs, cursors }) => {
    const scope = `runs of ${userId}`;
    const { items, next } = await runs.runsOfUser(userId, { limit, after: cursors.open(scope, cursor) });
    return { status: 200, body: { items, cursor: cursors.seal(scope, next) } };
  },
);
