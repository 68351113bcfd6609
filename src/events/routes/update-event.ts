import { ChangedMeanwhile, Forbidden, PreconditionFailed } from '../../shared/errors.ts';
import { etag, expectRevision } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { EventChanges, EventNotFound, editEvent } from '../event.ts';
import { type EventDeps, EventDetail, ensureMayChange, eventPath, readEvent, viewDetail } from '../event-detail.ts';
import { addToEvent, MemberReferences, removeFromEvent, resolveLeavers, resolveMembers } from '../membership.ts';

export const updateEventRoute = route<EventDeps>()(
  {
    method: 'PATCH',
    path: '/api/v1/events/{id}',
    tag: 'events',
    summary:
      'Change an event that you own, or one of a group that you manage, and who is on it; reminders set relative to it move along',
    params: eventPath,
    query: nothing,
    body: EventChanges.extend({
      add_members: MemberReferences.default([]),
      remove_members: MemberReferences.default([]),
    }),
    replies: { 200: { description: 'The event as it is now', schema: EventDetail } },
    errors: [EventNotFound, Forbidden, PreconditionFailed, ChangedMeanwhile],
  },
  async ({ params, body, caller, expectedRevision, now }, deps) => {
    const { add_members, remove_members, ...changes } = body;
    const before = await readEvent(params.id, caller.userId, deps);
    await ensureMayChange(before, caller.userId, deps);
    const joining = await resolveMembers('add_members', add_members, deps.people);
    const leaving = await resolveLeavers('remove_members', remove_members, before, deps.people);
    const event = await deps.events.change(params.id, (current) => {
      expectRevision(current, expectedRevision);
      return editEvent(current, changes, now);
    });
    await removeFromEvent(event, leaving, deps);
    await addToEvent(event, joining, deps);
    // Also when nothing changed: the repeat of a request that died before this line makes up for it.
    await deps.follower.eventMoved(event);
    return { status: 200, body: await viewDetail(event, caller.userId, deps), headers: etag(event) };
  },
);
