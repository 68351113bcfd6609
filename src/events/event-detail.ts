import * as z from 'zod';
import type { GroupStore } from '../groups/group-store.ts';
import { Forbidden } from '../shared/errors.ts';
import type { Cursors } from '../shared/http/cursor.ts';
import { type Event, EventNotFound, EventView, viewEvent } from './event.ts';
import type { EventFollower } from './event-follower.ts';
import type { EventMembers } from './event-members.ts';
import type { EventStore } from './event-store.ts';
import { MemberView, viewMember } from './member.ts';
import type { People } from './people.ts';

/** What the routes of this domain work with. */
export interface EventDeps {
  readonly events: EventStore;
  readonly members: EventMembers;
  readonly groups: Pick<GroupStore, 'find' | 'isMember'>;
  readonly people: People;
  readonly follower: EventFollower;
  readonly cursors: Cursors;
}

export const eventPath = z.object({ id: z.string().min(1).max(64) });

/** An event with its first members; `members_cursor` continues them at `/events/{id}/members`. */
export const EventDetail = EventView.extend({ members: z.array(MemberView), members_cursor: z.string().optional() });

const MEMBERS_SHOWN = 100;

/** A position among the members that one user sees means nothing to another. */
export const memberScope = (eventId: string, viewerId: string) => `events/${eventId}/members for ${viewerId}`;

export async function viewDetail(
  event: Event,
  viewerId: string,
  { events, cursors }: Pick<EventDeps, 'events' | 'cursors'>,
): Promise<z.input<typeof EventDetail>> {
  const { items, next } = await events.listMembers(event, viewerId, { limit: MEMBERS_SHOWN, after: undefined });
  const members = items.map((member) => viewMember(member, event, viewerId));
  const detail = { ...viewEvent(event), members };
  return { ...detail, members_cursor: cursors.seal(memberScope(event.id, viewerId), next) };
}

/** The event, for its members; for everybody else it does not exist: throws EventNotFound. */
export async function readEvent(
  eventId: string,
  userId: string,
  { members }: Pick<EventDeps, 'members'>,
): Promise<Event> {
  const event = await members.findFor(eventId, userId);
  if (!event) throw new EventNotFound();
  return event;
}

/** Throws Forbidden for whoever may read the event and not change it. */
export async function ensureMayChange(
  event: Event,
  userId: string,
  { members }: Pick<EventDeps, 'members'>,
): Promise<void> {
  if (!(await members.mayChange(event, userId))) {
    throw new Forbidden('Only its owner and those who manage its group change an event');
  }
}
