import { Forbidden, PreconditionFailed } from '../../shared/errors.ts';
import { expectRevision } from '../../shared/http/revision.ts';
import { empty, nothing, route } from '../../shared/http/route.ts';
import { EventNotFound } from '../event.ts';
import { type EventDeps, ensureMayChange, eventPath, readEvent } from '../event-detail.ts';

export const deleteEventRoute = route<EventDeps>()(
  {
    method: 'DELETE',
    path: '/api/v1/events/{id}',
    tag: 'events',
    summary: 'Delete an event that you own, or one of a group that you manage; reminders set relative to it end',
    params: eventPath,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'It is gone', schema: empty } },
    errors: [EventNotFound, Forbidden, PreconditionFailed],
  },
  async ({ params, caller, expectedRevision }, deps) => {
    const event = await readEvent(params.id, caller.userId, deps);
    await ensureMayChange(event, caller.userId, deps);
    expectRevision(event, expectedRevision);
    // The event goes last: as long as it is there, a request that died halfway can be repeated.
    await deps.follower.eventDeleted(event.id);
    await deps.events.delete(event.id);
    return { status: 204, body: undefined };
  },
);
