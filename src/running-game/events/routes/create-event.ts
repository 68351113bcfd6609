import { Forbidden, IdempotencyKeyReused } from '../../../shared/errors.ts';
import { expectAdmin } from '../../../shared/http/caller.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import type { GameEventsApi } from '../events-api.ts';
import { createGameEvent, GameEventInput } from '../game-event.ts';
import { GameEventView } from '../view.ts';

export const createGameEventRoute = route<GameEventsApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/events',
    tag: 'running game',
    summary: 'Create an event, which ends with the nightly finish in its zone; for administrators',
    params: nothing,
    query: nothing,
    body: GameEventInput,
    replies: { 201: { description: 'The event', schema: GameEventView } },
    errors: [Forbidden, IdempotencyKeyReused],
  },
  async ({ body, caller, creation, now }, { events, finishesAt }) => {
    expectAdmin(caller);
    // The repeat may come when the event is over.
    const before = await events.repeated(creation);
    const event = before ?? (await events.create(createGameEvent(body, creation, finishesAt, now)));
    return { status: 201, body: event, headers: { location: `/api/v1/game/events/${event.id}` } };
  },
);
