import type { GroupFollower } from '../groups/group-follower.ts';
import type { EventFollower } from './event-follower.ts';
import type { EventStore } from './event-store.ts';

/** Events go with the group that they belong to, as if each of them was deleted. */
export const eventsOfGroups = (
  events: Pick<EventStore, 'idsOfGroup' | 'delete'>,
  follower: EventFollower,
): GroupFollower => ({
  async groupDeleted(groupId) {
    for await (const eventId of events.idsOfGroup(groupId)) {
      await follower.eventDeleted(eventId);
      await events.delete(eventId);
    }
  },
});
