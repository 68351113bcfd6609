import * as z from 'zod';
import { pageQuery } from '../../../shared/http/cursor.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { idPath } from '../../events/events-api.ts';
import { GameEventNotFound } from '../../events/game-event.ts';
import type { FinishApi } from '../finish-api.ts';
import { NoStandings, Standing } from '../standing.ts';

const StandingView = Standing.pick({ place: true, distance_m: true, duration_s: true, saved_at: true }).extend({
  prize: Standing.shape.prize.describe('Coins'),
  user_id: z.string().optional().describe('Absent where the runner has left'),
  run_id: z.string().optional(),
});

export const listStandingsRoute = route<FinishApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/events/{id}/standings',
    tag: 'running game',
    summary: 'List the places of a finished event, the first one first',
    params: idPath,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of places',
        schema: z.object({ items: z.array(StandingView), cursor: z.string().optional() }),
      },
    },
    errors: [GameEventNotFound, NoStandings],
  },
  async ({ params: { id }, query: { limit, cursor } }, { events, standings, runs, cursors }) => {
    const event = await events.find(id);
    if (!event) throw new GameEventNotFound();
    const { participants } = event;
    if (participants === undefined) throw new NoStandings();
    const scope = `standings of ${id}`;
    const from = Number(cursors.open(scope, cursor)?.place ?? 0);
    const count = Math.min(limit, participants - from);
    const places = await standings.after(id, from, count);
    const items = await Promise.all(
      places.map(async ({ run_id, ...standing }) => {
        const run = await runs.find(run_id);
        return run ? { ...standing, run_id, user_id: run.user_id } : standing;
      }),
    );
    const next = from + count < participants ? { place: from + count } : undefined;
    return { status: 200, body: { items, cursor: cursors.seal(scope, next) } };
  },
);
