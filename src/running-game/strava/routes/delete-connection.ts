import { ChangedMeanwhile } from '../../../shared/errors.ts';
import { empty, nothing, route } from '../../../shared/http/route.ts';
import { disconnect } from '../disconnect.ts';
import type { StravaApi } from '../strava-api.ts';
import { startSync } from '../take-event.ts';

export default route<StravaApi>()(
  {
    method: 'DELETE',
    path: '/api/v1/game/strava/connection',
    tag: 'running game',
    summary: 'Disconnects your account at Strava, and deletes what came from there',
    params: nothing,
    query: nothing,
    body: nothing,
    replies: {
      204: { description: 'It is not connected, and nothing is kept; Strava is told in a moment', schema: empty },
    },
    errors: [ChangedMeanwhile],
  },
  async ({ caller, now }, { store, executions }) => {
    const errand = await disconnect(caller.userId, store, now);
    if (errand) await startSync(errand, executions);
    return { status: 204, body: undefined };
  },
);
