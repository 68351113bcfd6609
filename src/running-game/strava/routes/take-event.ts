import * as z from 'zod';
import { nothing, openRoute } from '../../../shared/http/route.ts';
import { StravaOff } from '../connection.ts';
import { type StravaApi, setUp } from '../strava-api.ts';
import { takeEvent } from '../take-event.ts';
import { WebhookEvent } from '../webhook-event.ts';

export default openRoute<StravaApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/strava/webhook',
    tag: 'running game',
    summary: 'Takes what Strava pushes',
    params: nothing,
    query: nothing,
    body: WebhookEvent,
    replies: { 200: { description: 'It is looked into, or is no news', schema: z.object({}) } },
    errors: [StravaOff],
  },
  async ({ body, now }, deps) => {
    await takeEvent(body, setUp(deps), now);
    return { status: 200, body: {} };
  },
);
