import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { EventNotFound } from '../event.ts';
import { type EventDeps, EventDetail, eventPath, readEvent, viewDetail } from '../event-detail.ts';

export const getEventRoute = route<EventDeps>()(
  {
    method: 'GET',
    path: '/api/v1/events/{id}',
    tag: 'events',
    summary: 'Read an event that you own or are a member of',
    params: eventPath,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The event', schema: EventDetail } },
    errors: [EventNotFound],
  },
  async ({ params, caller }, deps) => {
    const event = await readEvent(params.id, caller.userId, deps);
    return { status: 200, body: await viewDetail(event, caller.userId, deps), headers: etag(event) };
  },
);
