import { nothing, route } from '../../../shared/http/route.ts';
import { type GameEventsApi, idPath } from '../events-api.ts';
import { GameEventNotFound } from '../game-event.ts';
import { GameEventView } from '../view.ts';

export const getGameEventRoute = route<GameEventsApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/events/{id}',
    tag: 'running game',
    summary: 'Read an event, also one that was cancelled',
    params: idPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The event', schema: GameEventView } },
    errors: [GameEventNotFound],
  },
  async ({ params }, { events }) => {
    const event = await events.find(params.id);
    if (!event) throw new GameEventNotFound();
    return { status: 200, body: event };
  },
);
