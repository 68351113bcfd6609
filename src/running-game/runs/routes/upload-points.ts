import { ChangedMeanwhile } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { BatchDiffers, RunEnded, RunFull, RunNotFound, UploadsClosed } from '../run.ts';
import { BatchInput, pointOf, type RunsApi, runPath, Uploaded } from '../runs-api.ts';

export default route<RunsApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/runs/{id}/points',
    tag: 'running game',
    summary: 'Uploads a batch of points of your run; the same batch again changes nothing',
    params: runPath,
    query: nothing,
    body: BatchInput,
    replies: { 200: { description: 'It is stored, now or before', schema: Uploaded } },
    errors: [RunNotFound, RunEnded, UploadsClosed, BatchDiffers, RunFull, ChangedMeanwhile],
    mostBytes: 256 * 1024,
  },
  async ({ params: { id }, body: { seq, points }, caller: { userId }, now }, { runs }) => {
    const run = await runs.addBatch({ id, userId }, { seq, points: points.map(pointOf) }, now);
    return { status: 200, body: run };
  },
);
