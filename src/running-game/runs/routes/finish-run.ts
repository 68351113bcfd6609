import { ChangedMeanwhile } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { orLeaveTo } from '../../../shared/leave-to.ts';
import { captureExecution } from '../capture-execution.ts';
import { isToBeCaptured, NothingUploaded, RunNotFound } from '../run.ts';
import { type RunsApi, runPath } from '../runs-api.ts';
import { finishRun } from '../save-run.ts';
import { RunDetail, viewRun } from '../view.ts';

export default route<RunsApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/runs/{id}/finish',
    tag: 'running game',
    summary: 'Saves your run by the points that were uploaded, or rejects it; once',
    params: runPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The run as it has ended, now or before', schema: RunDetail } },
    errors: [RunNotFound, NothingUploaded, ChangedMeanwhile],
  },
  async ({ params: { id }, caller: { userId }, now }, { captures, ...deps }) => {
    const run = await finishRun(id, userId, deps, now);
    if (isToBeCaptured(run)) {
      const { name, input } = captureExecution(id, run.run);
      await orLeaveTo('the sweep', { runId: id }, () => captures.start(name, input));
    }
    return { status: 200, body: viewRun(run, userId) };
  },
);
