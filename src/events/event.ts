import * as z from 'zod';
import { problem } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import { timeZone, toInstant, wallTime } from '../shared/wall-time.ts';

/** A moment as people agree on it: what clocks show in one place. */
const StartsAt = z.strictObject({ at: wallTime, timeZone });

/** What its owner writes about an event. */
export const EventContent = z.strictObject({
  title: z.string().trim().min(1).max(200),
  description: z.string().max(4000).optional(),
  place: z.string().max(500).optional(),
  starts_at: StartsAt,
});
export type EventContent = z.infer<typeof EventContent>;

export const Event = z.object({
  ...EventContent.shape,
  id: z.string(),
  owner_id: z.string(),
  /** The group that it belongs to, for good: the group's members are on it, besides those named on it. */
  group_id: z.string().optional(),
  /** Raised by every change of the content; not by members who come and go. */
  revision: z.int().min(1),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  /** Of the request that created it, to tell its repeat from another request with the same key. */
  fingerprint: z.string(),
});
export type Event = z.infer<typeof Event>;

/** Also the answer to somebody who may not know that it exists. */
export class EventNotFound extends problem('event-not-found', 404, 'No such event') {}

/** A change of an event's content; `null` takes description or place away. */
export const EventChanges = z.strictObject({
  title: EventContent.shape.title.optional(),
  description: EventContent.shape.description.unwrap().nullable().optional(),
  place: EventContent.shape.place.unwrap().nullable().optional(),
  starts_at: StartsAt.optional(),
});
export type EventChanges = z.infer<typeof EventChanges>;

export function createEvent(
  creation: Creation,
  ownerId: string,
  content: EventContent,
  now: Date,
  groupId?: string | undefined,
): Event {
  const at = now.toISOString();
  const { id, fingerprint } = creation;
  const group = groupId === undefined ? {} : { group_id: groupId };
  return { ...content, ...group, id, owner_id: ownerId, revision: 1, created_at: at, updated_at: at, fingerprint };
}

/** The event with the changes in it; the very same one, revision included, when they change nothing. */
export function editEvent(event: Event, changes: EventChanges, now: Date): Event {
  const edited = {
    ...event,
    title: changes.title ?? event.title,
    description: changes.description === undefined ? event.description : (changes.description ?? undefined),
    place: changes.place === undefined ? event.place : (changes.place ?? undefined),
    starts_at: changes.starts_at ?? event.starts_at,
  };
  const same =
    edited.title === event.title &&
    edited.description === event.description &&
    edited.place === event.place &&
    edited.starts_at.at === event.starts_at.at &&
    edited.starts_at.timeZone === event.starts_at.timeZone;
  return same ? event : { ...edited, revision: event.revision + 1, updated_at: now.toISOString() };
}

/** The event with another owner; the very same one where they own it already. */
export function passEvent(event: Event, ownerId: string, now: Date): Event {
  if (event.owner_id === ownerId) return event;
  return { ...event, owner_id: ownerId, revision: event.revision + 1, updated_at: now.toISOString() };
}

/** The instant at which the event starts. */
export function startInstant(event: Event): Date {
  return toInstant(event.starts_at.at, event.starts_at.timeZone);
}

export const EventView = Event.omit({ fingerprint: true }).extend({
  starts_at: z.object({ at: z.string(), timeZone: z.string(), instant: z.iso.datetime() }),
});

/** The event as its members see it. */
export function viewEvent(event: Event): z.input<typeof EventView> {
  const { fingerprint: _, ...visible } = event;
  return { ...visible, starts_at: { ...event.starts_at, instant: startInstant(event).toISOString() } };
}
