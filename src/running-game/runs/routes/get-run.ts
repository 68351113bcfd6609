import { nothing, route } from '../../../shared/http/route.ts';
import { RunNotFound } from '../run.ts';
import { type RunsApi, runPath } from '../runs-api.ts';
import { RunDetail, viewRun } from '../view.ts';

export default route<RunsApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/runs/{id}',
    tag: 'running game',
    summary: 'Your run with all of it; of somebody else’s that is saved, not where it begins and ends',
    params: runPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The run', schema: RunDetail } },
    errors: [RunNotFound],
  },
  async ({ params: { id }, caller }, { runs }) => {
    const run = await runs.find(id);
    if (!run) throw new RunNotFound();
    return { status: 200, body: viewRun(run, caller.userId) };
  },
);
