import { nothing, route } from '../../../shared/http/route.ts';
import type { StravaApi } from '../strava-api.ts';
import { ConnectionView, viewConnection } from '../view.ts';

export default route<StravaApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/strava/connection',
    tag: 'running game',
    summary: 'Whether your account at Strava is connected',
    params: nothing,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'How it stands', schema: ConnectionView } },
    errors: [],
  },
  async ({ caller }, { store }) => ({
    status: 200,
    body: viewConnection(await store.connectionOf(caller.userId)),
  }),
);
