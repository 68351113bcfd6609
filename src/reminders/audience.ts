import { type Event, startInstant } from '../events/event.ts';
import type { EventStore } from '../events/event-store.ts';
import type { Content } from '../notifications/delivery/delivery.ts';
import type { Moment } from '../notifications/templates/liquid.ts';
import { RECIPIENT_VARIABLES } from '../notifications/templates/recipient-variables.ts';
import type { Delivering } from './occurrence.ts';
import type { Audience } from './reminder.ts';

const EVENT_VARIABLES = ['event.title', 'event.place', 'event.starts_at'] as const;

/** What title and message of a reminder may use: its own variables, when it is due, the recipient and, where there is one, the event. */
export function availableVariables(own: object, eventId: string | undefined): string[] {
  return [...Object.keys(own), 'due', ...RECIPIENT_VARIABLES, ...(eventId === undefined ? [] : EVENT_VARIABLES)];
}

/** All of them with values, to try out what somebody wrote. */
export const sampleVariables = (own: object) => ({
  ...own,
  due: SAMPLE_MOMENT,
  recipient: { first_name: 'Ada', last_name: 'Lovelace', time_zone: 'UTC' },
  event: { title: 'Dinner', place: 'Home', starts_at: SAMPLE_MOMENT },
});

const SAMPLE_MOMENT: Moment = { instant: '2026-12-01T08:00:00.000Z', time_zone: 'UTC' };

const momentOf = (at: Date | string, time_zone: string): Moment => ({ instant: new Date(at).toISOString(), time_zone });

const eventVariables = (event: Event | undefined) => ({
  title: event?.title ?? null,
  place: event?.place ?? null,
  starts_at: event ? momentOf(startInstant(event), event.starts_at.timeZone) : null,
});

/** Who is meant at this moment, and what all of them are told: nobody and nothing of an event of which the owner is no member now. */
export async function audienceOf(
  { content, ownerId, dueAt, reminderId }: Delivering,
  events: Pick<EventStore, 'find' | 'memberIds' | 'isMember'>,
): Promise<{ content: Content; userIds: AsyncIterable<string> | Iterable<string> }> {
  const { title, message, eventId, timeZone } = content;
  const isMember = eventId !== undefined && (await events.isMember(eventId, ownerId));
  const event =
    eventId === undefined ? undefined : { event: eventVariables(isMember ? await events.find(eventId) : undefined) };
  const variables = { ...content.variables, due: momentOf(dueAt, timeZone), ...event };
  return {
    content: { key: 'reminder', category: 'reminders', target_id: reminderId, title, message, variables },
    userIds: eventId === undefined || isMember ? userIdsOf(content.audience, ownerId, events) : [],
  };
}

function userIdsOf(
  audience: Audience,
  ownerId: string,
  events: Pick<EventStore, 'memberIds'>,
): AsyncIterable<string> | Iterable<string> {
  switch (audience.kind) {
    case 'me':
      return [ownerId];
    case 'users':
      return audience.userIds;
    case 'event':
      return events.memberIds(audience.eventId);
  }
}
