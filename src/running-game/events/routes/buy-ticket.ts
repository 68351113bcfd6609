import { ChangedMeanwhile, Forbidden, IdempotencyKeyReused } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { InsufficientFunds } from '../../wallet/ledger.ts';
import { buy } from '../buy-ticket.ts';
import { type GameEventsApi, idPath } from '../events-api.ts';
import { EventCancelled, EventOver, EventSoldOut, GameEventNotFound } from '../game-event.ts';
import { TicketView, viewTicket } from '../view.ts';

export const buyTicketRoute = route<GameEventsApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/events/{id}/tickets',
    tag: 'running game',
    summary: 'Buy a ticket of an event with coins, before its start or while it runs; as many as you like',
    params: idPath,
    query: nothing,
    body: nothing,
    replies: { 201: { description: 'The ticket', schema: TicketView } },
    errors: [
      Forbidden,
      GameEventNotFound,
      EventSoldOut,
      InsufficientFunds,
      EventOver,
      EventCancelled,
      IdempotencyKeyReused,
      ChangedMeanwhile,
    ],
  },
  async ({ params, caller, creation, now }, deps) => {
    const ticket = await buy({ creation, userId: caller.userId, eventId: params.id }, deps, now);
    const event = await deps.events.find(ticket.event_id);
    if (!event) throw new GameEventNotFound();
    return { status: 201, body: viewTicket(ticket, event, now) };
  },
);
