import * as z from 'zod';
import { pageQuery } from '../../../shared/http/cursor.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { RunNotFound } from '../run.ts';
import { BatchInput, type RunsApi, runPath, viewPoint } from '../runs-api.ts';

/** A batch has up to a hundred kilobytes, an answer six megabytes (Lambda quotas). */
const LIMIT = 'must be a whole number from 1 to 20';

export default route<RunsApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/runs/{id}/points',
    tag: 'running game',
    summary: 'List the points of your run as you have uploaded them, batch by batch',
    params: runPath,
    query: pageQuery.extend({ limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(20, LIMIT).default(5) }),
    body: nothing,
    replies: {
      200: {
        description: 'A page of batches; `cursor` leads to the next one and is absent on the last',
        schema: z.object({ items: z.array(BatchInput), cursor: z.string().optional() }),
      },
    },
    errors: [RunNotFound],
  },
  async ({ params: { id }, query: { limit, cursor }, caller: { userId } }, { runs, cursors }) => {
    const run = await runs.find(id);
    if (run?.user_id !== userId) throw new RunNotFound();
    const scope = `points of the run ${id}`;
    const { items, next } = await runs.listBatches(id, { limit, after: cursors.open(scope, cursor) });
    const batches = items.map(({ seq, points }) => ({ seq, points: points.map(viewPoint) }));
    return { status: 200, body: { items: batches, cursor: cursors.seal(scope, next) } };
  },
);
