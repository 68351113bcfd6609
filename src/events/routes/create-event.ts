import * as z from 'zod';
import { Forbidden, IdempotencyKeyReused, InvalidRequest } from '../../shared/errors.ts';
import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { createEvent, type Event, EventContent } from '../event.ts';
import { type EventDeps, EventDetail, viewDetail } from '../event-detail.ts';
import { linkLateVerifiers, MemberReferences, resolveMembers } from '../membership.ts';

/** Throws InvalidRequest where the group is none of the user's. */
async function ensureOfGroup(groupId: string | undefined, userId: string, { groups }: EventDeps): Promise<void> {
  if (groupId === undefined || ((await groups.isMember(groupId, userId)) && (await groups.find(groupId)))) return;
  throw new InvalidRequest([{ field: 'group_id', reason: 'is no group of yours' }]);
}

/** An event that was created while its group was deleted goes as well. Throws InvalidRequest then. */
async function undoneWithGroup({ id, group_id }: Event, { events, groups }: EventDeps): Promise<void> {
  if (group_id === undefined || (await groups.find(group_id))) return;
  await events.delete(id);
  throw new InvalidRequest([{ field: 'group_id', reason: 'is no group of yours' }]);
}

export const createEventRoute = route<EventDeps>()(
  {
    method: 'POST',
    path: '/api/v1/events',
    tag: 'events',
    summary:
      'Create an event, with its members by user id or email address; whoever creates it owns it. One of a group has the group’s members, too',
    params: nothing,
    query: nothing,
    body: EventContent.extend({ members: MemberReferences.default([]), group_id: z.uuid().optional() }),
    replies: { 201: { description: 'The event', schema: EventDetail } },
    errors: [Forbidden, IdempotencyKeyReused],
  },
  async ({ body: { members: references, group_id, ...content }, caller, creation, now }, deps) => {
    if (!(await deps.people.hasAccount(caller.userId))) throw new Forbidden();
    await ensureOfGroup(group_id, caller.userId, deps);
    const members = await resolveMembers('members', references, deps.people);
    const event = await deps.events.create(createEvent(creation, caller.userId, content, now, group_id), members);
    await linkLateVerifiers(event, members, deps);
    await undoneWithGroup(event, deps);
    const location = `/api/v1/events/${event.id}`;
    const body = await viewDetail(event, caller.userId, deps);
    return { status: 201, body, headers: { location, ...etag(event) } };
  },
);
