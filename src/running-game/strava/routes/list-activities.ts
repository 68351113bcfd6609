import * as z from 'zod';
import { pageQuery } from '../../../shared/http/cursor.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import type { StravaApi } from '../strava-api.ts';
import { ActivityView, viewActivity } from '../view.ts';

export default route<StravaApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/strava/activities',
    tag: 'running game',
    summary: 'Your runs from Strava, which nobody else sees, those uploaded last first',
    params: nothing,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of runs, judged by the rules of the game’s own; it may have fewer than `limit`',
        schema: z.object({ items: z.array(ActivityView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, caller, now }, { store, cursors }) => {
    const connection = await store.connectionOf(caller.userId);
    const scope = `strava activities of ${caller.userId} ${connection?.id ?? ''}`;
    const after = cursors.open(scope, cursor);
    const page = connection && (await store.list(connection.id, { limit, after }, now));
    return {
      status: 200,
      body: { items: page?.items.map(viewActivity) ?? [], cursor: cursors.seal(scope, page?.next) },
    };
  },
);
