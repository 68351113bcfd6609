import * as z from 'zod';
import { Forbidden } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { ensureStillHere } from '../../../users/still-here.ts';
import { beginToConnect } from '../connect.ts';
import { StravaOff } from '../connection.ts';
import { type StravaApi, setUp } from '../strava-api.ts';

export default route<StravaApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/strava/connect',
    tag: 'running game',
    summary: 'Begins to connect your account at Strava',
    params: nothing,
    query: nothing,
    body: nothing,
    replies: {
      200: {
        description: 'Where to go on, in a browser, within ten minutes; it is for you alone',
        schema: z.object({ url: z.url() }),
      },
    },
    errors: [StravaOff, Forbidden],
  },
  async ({ caller, now }, deps) => {
    const on = setUp(deps);
    await ensureStillHere(deps.users, caller.userId);
    return { status: 200, body: { url: await beginToConnect(caller.userId, on, now) } };
  },
);
