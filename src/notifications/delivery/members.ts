import type { EventMembers } from '../../events/event-members.ts';
import type { GroupStore } from '../../groups/group-store.ts';
import type { Scope } from './delivery.ts';

/** Who is still a member of what a dispatch is for. */
export interface Members {
  /** Those of the users who are members this moment. */
  among(scope: Scope, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export const membersOf = (
  events: Pick<EventMembers, 'amongMembers'>,
  groups: Pick<GroupStore, 'amongMembers'>,
): Members => ({
  among: ({ kind, id }, userIds) => (kind === 'event' ? events : groups).amongMembers(id, userIds),
});
