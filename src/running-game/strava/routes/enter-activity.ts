import * as z from 'zod';
import { ChangedMeanwhile } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { BatchDiffers, RunEnded, RunFull, RunNotFound, UploadsClosed } from '../../runs/run.ts';
import { ActivityNotFound, SharingOff } from '../connection.ts';
import { enterRun } from '../enter-run.ts';
import type { StravaApi } from '../strava-api.ts';

export default route<StravaApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/strava/activities/{id}/enter',
    tag: 'running game',
    summary: 'Uploads the points of your run from Strava to your open run in the game',
    params: z.object({
      id: z
        .string()
        .regex(/^[1-9]\d{0,14}$/, 'must be the number of an activity')
        .transform(Number),
    }),
    query: nothing,
    body: z.strictObject({ run_id: z.string().min(1).max(64) }),
    replies: {
      200: {
        description: 'They are uploaded, or were before; finish the run to save it',
        schema: z.object({ run_id: z.string(), points: z.int() }),
      },
    },
    errors: [
      SharingOff,
      ActivityNotFound,
      RunNotFound,
      RunEnded,
      UploadsClosed,
      RunFull,
      BatchDiffers,
      ChangedMeanwhile,
    ],
  },
  async ({ params: { id }, body: { run_id }, caller, now }, deps) => {
    const points = await enterRun({ activityId: id, runId: run_id, userId: caller.userId }, deps, now);
    return { status: 200, body: { run_id, points } };
  },
);
