import * as z from 'zod';
import { ChangedMeanwhile } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { RunStatus } from '../../runs/run.ts';
import { consume } from '../consume-ticket.ts';
import { type GameEventsApi, idPath } from '../events-api.ts';
import { EventCancelled, EventNotStarted, EventOver, GameEventNotFound } from '../game-event.ts';
import { TicketConsumed, TicketNotFound } from '../ticket.ts';

const instant = z.iso.datetime();

const OpenedRun = z.object({
  id: z.string(),
  event_id: z.string(),
  ticket_id: z.string(),
  status: RunStatus,
  opened_at: instant,
  finishes_at: instant.describe('The nightly finish of its event: points from then on do not count'),
  uploads_until: instant.describe('So long points are taken'),
});

export const consumeTicketRoute = route<GameEventsApi>()(
  {
    method: 'POST',
    path: '/api/v1/game/tickets/{id}/consume',
    tag: 'running game',
    summary:
      'Consume a ticket to start running, once, while its event runs: it opens the run that points are uploaded to',
    params: idPath,
    query: nothing,
    body: nothing,
    replies: { 201: { description: 'The run', schema: OpenedRun } },
    errors: [
      TicketNotFound,
      GameEventNotFound,
      TicketConsumed,
      EventNotStarted,
      EventOver,
      EventCancelled,
      ChangedMeanwhile,
    ],
  },
  async ({ params, caller, creation, now }, deps) => {
    const run = await consume({ creation, userId: caller.userId, ticketId: params.id }, deps, now);
    return { status: 201, body: run, headers: { location: `/api/v1/game/runs/${run.id}` } };
  },
);
