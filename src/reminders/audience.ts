import { type Event, startInstant } from '../events/event.ts';
import type { EventMembers } from '../events/event-members.ts';
import type { Group } from '../groups/group.ts';
import type { GroupStore } from '../groups/group-store.ts';
import type { Content, Scope } from '../notifications/delivery/delivery.ts';
import type { Moment } from '../notifications/templates/liquid.ts';
import { RECIPIENT_VARIABLES } from '../notifications/templates/recipient-variables.ts';
import type { Delivering } from './occurrence.ts';
import { type Audience, groupIdOf } from './reminder.ts';

const EVENT_VARIABLES = ['event.title', 'event.place', 'event.starts_at'] as const;

const GROUP_VARIABLES = ['group.name'] as const;

/** What title and message of a reminder may use: its own variables, when it is due, the recipient and, where there is one, the event and the group. */
export function availableVariables(own: object, has: { event: boolean; group: boolean }): string[] {
  const about = [...(has.event ? EVENT_VARIABLES : []), ...(has.group ? GROUP_VARIABLES : [])];
  return [...Object.keys(own), 'due', ...RECIPIENT_VARIABLES, ...about];
}

/** All of them with values, to try out what somebody wrote. */
export const sampleVariables = (own: object) => ({
  ...own,
  due: SAMPLE_MOMENT,
  recipient: { first_name: 'Ada', last_name: 'Lovelace', time_zone: 'UTC' },
  event: { title: 'Dinner', place: 'Home', starts_at: SAMPLE_MOMENT },
  group: { name: 'Family' },
});

const SAMPLE_MOMENT: Moment = { instant: '2026-12-01T08:00:00.000Z', time_zone: 'UTC' };

const momentOf = (at: Date | string, time_zone: string): Moment => ({ instant: new Date(at).toISOString(), time_zone });

const eventVariables = (event: Event | undefined) => ({
  title: event?.title ?? null,
  place: event?.place ?? null,
  starts_at: event ? momentOf(startInstant(event), event.starts_at.timeZone) : null,
});

/** Where an audience is looked up. */
export interface AudienceSources {
  readonly events: Pick<EventMembers, 'findFor' | 'memberIds' | 'unansweredIds'>;
  readonly groups: Pick<GroupStore, 'find' | 'isMember' | 'memberIds' | 'adminIds'>;
}

/** Who of an audience of it is meant at this moment, and what all of them are told: nobody and nothing of an event or group of which the owner is no member now. */
export async function audienceOf(
  { content, ownerId, dueAt, reminderId }: Delivering,
  sources: AudienceSources,
  audience = content.audience,
): Promise<{ content: Content; userIds: AsyncIterable<string> | Iterable<string>; scope: Scope | undefined }> {
  const { title, message, eventId, timeZone } = content;
  const groupId = groupIdOf(content);
  const event = eventId === undefined ? undefined : await sources.events.findFor(eventId, ownerId);
  const group = groupId === undefined ? undefined : await groupFor(groupId, ownerId, sources);
  const variables = {
    ...content.variables,
    due: momentOf(dueAt, timeZone),
    ...(eventId === undefined ? {} : { event: eventVariables(event) }),
    ...(groupId === undefined ? {} : { group: { name: group?.name ?? null } }),
  };
  const entitled =
    (eventId === undefined || event) &&
    (groupId === undefined || group) &&
    (audience === content.audience || (await mayAddress(audience, ownerId, sources)));
  return {
    content: { key: 'reminder', category: 'reminders', target_id: reminderId, title, message, variables },
    userIds: entitled ? userIdsOf(audience, ownerId, sources) : [],
    scope: scopeOf(audience),
  };
}

/** The group, if the user is a member of it. */
export async function groupFor(
  groupId: string,
  userId: string,
  { groups }: { groups: Pick<GroupStore, 'find' | 'isMember'> },
): Promise<Group | undefined> {
  return (await groups.isMember(groupId, userId)) ? groups.find(groupId) : undefined;
}

/** Whether the user is a member of what the audience names, where it names something that has members. */
async function mayAddress(audience: Audience, userId: string, sources: AudienceSources): Promise<boolean> {
  const scope = scopeOf(audience);
  if (!scope) return true;
  const { kind, id } = scope;
  const found = await (kind === 'event' ? sources.events.findFor(id, userId) : groupFor(id, userId, sources));
  return found !== undefined;
}

/** Of what the audience has to be members also when it is sent. */
function scopeOf(audience: Audience): Scope | undefined {
  switch (audience.kind) {
    case 'me':
    case 'users':
      return undefined;
    case 'event':
    case 'unanswered':
      return { kind: 'event', id: audience.eventId };
    case 'group':
    case 'groupAdmins':
      return { kind: 'group', id: audience.groupId };
  }
}

function userIdsOf(
  audience: Audience,
  ownerId: string,
  { events, groups }: AudienceSources,
): AsyncIterable<string> | Iterable<string> {
  switch (audience.kind) {
    case 'me':
      return [ownerId];
    case 'users':
      return audience.userIds;
    case 'event':
      return events.memberIds(audience.eventId);
    case 'unanswered':
      return events.unansweredIds(audience.eventId);
    case 'group':
      return groups.memberIds(audience.groupId);
    case 'groupAdmins':
      return groups.adminIds(audience.groupId);
  }
}

/** Where somebody's membership is looked up. */
export interface MembershipSources {
  readonly events: Pick<EventMembers, 'amongMembers'>;
  readonly groups: Pick<GroupStore, 'isMember' | 'roleOf'>;
}

/** Whether somebody is meant at this moment. */
export async function isInAudience(
  audience: Audience,
  ownerId: string,
  userId: string,
  { events, groups }: MembershipSources,
): Promise<boolean> {
  switch (audience.kind) {
    case 'me':
      return userId === ownerId;
    case 'users':
      return audience.userIds.includes(userId);
    case 'event':
    case 'unanswered':
      return (await events.amongMembers(audience.eventId, [userId])).has(userId);
    case 'group':
      return groups.isMember(audience.groupId, userId);
    case 'groupAdmins': {
      const role = await groups.roleOf(audience.groupId, userId);
      return role === 'owner' || role === 'admin';
    }
  }
}
