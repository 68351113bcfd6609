import * as z from 'zod';
import { htmlReply, PAGE_HEADERS } from '../../../shared/http/page.ts';
import { nothing, openRoute } from '../../../shared/http/route.ts';
import { beginnerOf, isEnough } from '../connect.ts';
import { askPage, deniedPage, endPage, notEnoughPage } from '../connect-page.ts';
import { StravaOff } from '../connection.ts';
import { Code, State } from '../sent-back.ts';
import { type StravaApi, setUp } from '../strava-api.ts';

export default openRoute<StravaApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/strava/callback',
    tag: 'running game',
    summary: 'Where Strava sends people back to; asks them whether it is to be connected',
    params: nothing,
    query: z.object({
      state: State,
      code: Code.optional(),
      scope: z.string().max(500).optional().describe('What the athlete has allowed'),
      error: z.string().max(100).optional(),
    }),
    body: nothing,
    replies: {
      200: htmlReply('Asks; or says that nothing was connected, as the athlete has it'),
      403: htmlReply('It took too long, was done before, or not enough was allowed'),
    },
    errors: [StravaOff],
  },
  async ({ query: { state, code, scope, error }, now }, deps) => {
    const on = setUp(deps);
    const reply = (status: 200 | 403, body: string) => ({ status, body, headers: PAGE_HEADERS });
    if (code === undefined || error !== undefined) return reply(200, deniedPage);
    if (!isEnough(scope)) return reply(403, notEnoughPage);
    const person = await beginnerOf(state, on, now);
    return person ? reply(200, askPage(person.email, state, code)) : reply(403, endPage('EXPIRED').body);
  },
);
