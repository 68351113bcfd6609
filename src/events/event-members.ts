import { manages } from '../groups/group.ts';
import type { GroupStore } from '../groups/group-store.ts';
import { inChunks } from '../shared/chunks.ts';
import type { Event } from './event.ts';
import type { EventStore } from './event-store.ts';

/**
 * Who is on an event this moment: those named on it and, where it belongs to a group, the group's members. Whoever owns a group's event
 * is on it through the group, and so leaves it with the group.
 */
export interface EventMembers {
  /** The event, if the user is a member of it. */
  findFor(eventId: string, userId: string): Promise<Event | undefined>;
  /** Whether the user is on the event. */
  isOn(event: Event, userId: string): Promise<boolean>;
  /** Whether the user changes it: its owner does and, where it belongs to a group, the group's owner and admins do. */
  mayChange(event: Event, userId: string): Promise<boolean>;
  /** The ids of all members, each once; invitees are none. Read as they are taken. */
  memberIds(eventId: string): AsyncIterable<string>;
  /** The ids of the members who have not answered the event; read as they are taken. */
  unansweredIds(eventId: string): AsyncIterable<string>;
  /** Those of the users who are members. */
  amongMembers(eventId: string, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}

type Named = Pick<EventStore, 'find' | 'namedIds' | 'amongNamed' | 'amongAnswered'>;
type Groups = Pick<GroupStore, 'memberIds' | 'amongMembers' | 'roleOf'>;

/** Members looked up at once. */
const TOGETHER = 100;

export function eventMembers(events: Named, groups: Groups): EventMembers {
  async function among(event: Event, userIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { group_id } = event;
    if (group_id === undefined) return events.amongNamed(event.id, userIds);
    const [named, inGroup] = await Promise.all([
      events.amongNamed(event.id, userIds),
      groups.amongMembers(group_id, userIds),
    ]);
    return new Set(userIds.filter((id) => inGroup.has(id) || (named.has(id) && id !== event.owner_id)));
  }

  const isOn = async (event: Event, userId: string) => (await among(event, [userId])).has(userId);

  async function* memberIds(eventId: string): AsyncGenerator<string> {
    const event = await events.find(eventId);
    if (!event) return;
    if (event.group_id === undefined) return yield* events.namedIds(eventId);
    const seen = new Set<string>();
    for await (const id of events.namedIds(eventId)) {
      if (id === event.owner_id) continue;
      seen.add(id);
      yield id;
    }
    for await (const id of groups.memberIds(event.group_id)) if (!seen.has(id)) yield id;
  }

  return {
    isOn,

    async findFor(eventId, userId) {
      const event = await events.find(eventId);
      return event && (await isOn(event, userId)) ? event : undefined;
    },

    async mayChange({ owner_id, group_id }, userId) {
      if (group_id === undefined) return owner_id === userId;
      const role = await groups.roleOf(group_id, userId);
      return role !== undefined && (owner_id === userId || manages(role));
    },

    memberIds,

    async *unansweredIds(eventId) {
      for await (const ids of inChunks(memberIds(eventId), TOGETHER)) {
        const answered = await events.amongAnswered(eventId, ids);
        yield* ids.filter((id) => !answered.has(id));
      }
    },

    async amongMembers(eventId, userIds) {
      const event = await events.find(eventId);
      return event ? among(event, userIds) : new Set();
    },
  };
}
