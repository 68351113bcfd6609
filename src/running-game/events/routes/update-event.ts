import { ChangedMeanwhile, Forbidden } from '../../../shared/errors.ts';
import { expectAdmin } from '../../../shared/http/caller.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { type GameEventsApi, idPath } from '../events-api.ts';
import {
  EventCancelled,
  EventOver,
  editGameEvent,
  GameEventChanges,
  GameEventNotFound,
  TicketsSold,
} from '../game-event.ts';
import { GameEventView } from '../view.ts';

export const updateGameEventRoute = route<GameEventsApi>()(
  {
    method: 'PATCH',
    path: '/api/v1/game/events/{id}',
    tag: 'running game',
    summary: 'Change an event, of one that tickets are sold for only its name; for administrators',
    params: idPath,
    query: nothing,
    body: GameEventChanges,
    replies: { 200: { description: 'The event as it is after that', schema: GameEventView } },
    errors: [Forbidden, GameEventNotFound, TicketsSold, EventOver, EventCancelled, ChangedMeanwhile],
  },
  async ({ params, body, caller, now }, { events, finishesAt }) => {
    expectAdmin(caller);
    const event = await events.change(params.id, (before) => editGameEvent(before, body, finishesAt, now));
    return { status: 200, body: event };
  },
);
