import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { Forbidden } from '../../../shared/errors.ts';
import { nothing, openRoute } from '../../../shared/http/route.ts';
import { StravaOff } from '../connection.ts';
import { type StravaApi, setUp } from '../strava-api.ts';

const hash = (text: string) => createHash('sha256').update(text).digest();

export default openRoute<StravaApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/strava/webhook',
    tag: 'running game',
    summary: 'Tells Strava that the webhook is ours, when it is subscribed to',
    params: nothing,
    query: z.object({
      'hub.mode': z.literal('subscribe'),
      'hub.challenge': z.string().min(1).max(1000),
      'hub.verify_token': z.string().min(1).max(1000),
    }),
    body: nothing,
    replies: { 200: { description: 'It is', schema: z.object({ 'hub.challenge': z.string() }) } },
    errors: [StravaOff, Forbidden],
  },
  async ({ query }, deps) => {
    const { webhookToken } = setUp(deps);
    if (!timingSafeEqual(hash(query['hub.verify_token']), hash(webhookToken))) throw new Forbidden();
    return { status: 200, body: { 'hub.challenge': query['hub.challenge'] } };
  },
);
