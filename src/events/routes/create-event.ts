import { Forbidden, IdempotencyKeyReused } from '../../shared/errors.ts';
import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { createEvent, EventContent } from '../event.ts';
import { type EventDeps, EventDetail, viewDetail } from '../event-detail.ts';
import { linkLateVerifiers, MemberReferences, resolveMembers } from '../membership.ts';

export const createEventRoute = route<EventDeps>()(
  {
    method: 'POST',
    path: '/api/v1/events',
    tag: 'events',
    summary: 'Create an event, with its members by user id or email address; whoever creates it owns it',
    params: nothing,
    query: nothing,
    body: EventContent.extend({ members: MemberReferences.default([]) }),
    replies: { 201: { description: 'The event', schema: EventDetail } },
    errors: [Forbidden, IdempotencyKeyReused],
  },
  async ({ body: { members: references, ...content }, caller, creation, now }, deps) => {
    if (!(await deps.people.hasAccount(caller.userId))) throw new Forbidden();
    const members = await resolveMembers('members', references, deps.people);
    const event = await deps.events.create(createEvent(creation, caller.userId, content, now), members);
    await linkLateVerifiers(event, members, deps);
    const location = `/api/v1/events/${event.id}`;
    const body = await viewDetail(event, caller.userId, deps);
    return { status: 201, body, headers: { location, ...etag(event) } };
  },
);
