import * as z from 'zod';
import { ChangedMeanwhile } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { GPX_TYPES, LARGEST_GPX, pointsOfGpx } from '../gpx.ts';
import { BatchDiffers, RunEnded, RunFull, RunNotFound, UploadsClosed } from '../run.ts';
import { type RunsApi, runPath, Uploaded } from '../runs-api.ts';
import { uploadTrack } from '../upload.ts';

export default route<RunsApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/runs/{id}/gpx',
    tag: 'running game',
    summary:
      'Uploads the points of your run as a recorded track, in place of batches; the same track again changes nothing',
    params: runPath,
    query: nothing,
    body: z.string().describe('A GPX document; every point of its tracks has its time'),
    takes: GPX_TYPES,
    mostBytes: LARGEST_GPX,
    replies: { 200: { description: 'It is stored, now or before', schema: Uploaded } },
    errors: [RunNotFound, RunEnded, UploadsClosed, BatchDiffers, RunFull, ChangedMeanwhile],
  },
  async ({ params: { id }, body, caller: { userId }, now }, { runs }) => {
    // Before the work of reading it.
    if ((await runs.find(id))?.user_id !== userId) throw new RunNotFound();
    await uploadTrack({ id, userId }, pointsOfGpx(body), runs, now);
    const run = await runs.find(id);
    if (!run) throw new RunNotFound();
    return { status: 200, body: run };
  },
);
