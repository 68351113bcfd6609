import * as z from 'zod';
import { ChangedMeanwhile } from '../../../shared/errors.ts';
import { htmlReply, PAGE_HEADERS } from '../../../shared/http/page.ts';
import { nothing, openRoute } from '../../../shared/http/route.ts';
import { finishConnecting } from '../connect.ts';
import { deniedPage, endPage } from '../connect-page.ts';
import { StravaOff } from '../connection.ts';
import { Code, State } from '../sent-back.ts';
import { type StravaApi, setUp } from '../strava-api.ts';

export default openRoute<StravaApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/strava/callback',
    tag: 'running game',
    summary: 'Connects the account at Strava that somebody comes from, or leaves it',
    params: nothing,
    query: nothing,
    body: z.strictObject({ state: State, code: Code, connect: z.enum(['yes', 'no']) }),
    takesForms: true,
    replies: {
      200: htmlReply('It is connected, or was left'),
      403: htmlReply('It took too long, or was done before'),
      409: htmlReply('The athlete is connected with another user, or the user with another athlete'),
      503: htmlReply('Strava does not answer'),
    },
    errors: [StravaOff, ChangedMeanwhile],
  },
  async ({ body: { state, code, connect }, now }, deps) => {
    const on = setUp(deps);
    if (connect === 'no') {
      await deps.store.takeBegun(state, now);
      return { status: 200, body: deniedPage, headers: PAGE_HEADERS };
    }
    return { ...endPage(await finishConnecting(state, code, on, now)), headers: PAGE_HEADERS };
  },
);
