import { empty, nothing, route } from '../../shared/http/route.ts';
import { EventNotFound } from '../event.ts';
import { type EventDeps, eventPath, readEvent } from '../event-detail.ts';

export const deleteAnswerRoute = route<EventDeps>()(
  {
    method: 'DELETE',
    path: '/api/v1/events/{id}/answer',
    tag: 'events',
    summary: 'Take back your answer to an event: you count as somebody who has not answered',
    params: eventPath,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'There is no answer of yours', schema: empty } },
    errors: [EventNotFound],
  },
  async ({ params, caller }, deps) => {
    const event = await readEvent(params.id, caller.userId, deps);
    await deps.events.removeAnswer(event.id, caller.userId);
    return { status: 204, body: undefined };
  },
);
