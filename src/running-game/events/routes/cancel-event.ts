import { ChangedMeanwhile, Forbidden } from '../../../shared/errors.ts';
import { expectAdmin } from '../../../shared/http/caller.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { startFinish } from '../../finish/start-finish.ts';
import { type GameEventsApi, idPath } from '../events-api.ts';
import { cancelEvent, EventOver, GameEventNotFound } from '../game-event.ts';
import { GameEventView } from '../view.ts';

export const cancelGameEventRoute = route<GameEventsApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/events/{id}/cancel',
    tag: 'running game',
    summary: 'Call an event off before its finish; tickets that nobody has run with are paid back. For administrators',
    params: idPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The event, which is cancelled', schema: GameEventView } },
    errors: [Forbidden, GameEventNotFound, EventOver, ChangedMeanwhile],
  },
  async ({ params, caller, now }, { events, finishes }) => {
    expectAdmin(caller);
    const event = await events.change(params.id, (before) => cancelEvent(before, now));
    await startFinish(event, finishes);
    return { status: 200, body: event };
  },
);
