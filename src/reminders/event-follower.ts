import type { EventFollower } from '../events/event-follower.ts';
import type { EventMembers } from '../events/event-members.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { armIfSoon } from './arm.ts';
import { cancelReminder, moveReminder } from './reminder.ts';
import { type ReminderStore, unlessGone } from './reminder-store.ts';
import { type WithdrawDeps, withdraw } from './withdraw.ts';

export interface FollowerDeps extends WithdrawDeps {
  readonly reminders: WithdrawDeps['reminders'] & Pick<ReminderStore, 'idsOfEvent' | 'find'>;
  readonly executions: Executions;
  readonly members: Pick<EventMembers, 'isOn'>;
  readonly now: () => Date;
}

/** Reminders that go by an event move with it, and end with it. */
export function eventFollower(deps: FollowerDeps): EventFollower {
  return {
    async eventMoved(event) {
      for await (const id of deps.reminders.idsOfEvent(event.id)) {
        await unlessGone(async () => {
          const now = deps.now();
          const owner = (await deps.reminders.find(id))?.ownerId;
          // Whoever is no member any more learns nothing of where the event moves to.
          if (owner === undefined || !(await deps.members.isOn(event, owner))) return;
          const moved = await deps.reminders.change(id, (reminder) =>
            moveReminder(reminder, event.id, event.starts_at, now),
          );
          await armIfSoon(moved, deps, now);
        });
      }
    },

    async eventDeleted(eventId) {
      for await (const id of deps.reminders.idsOfEvent(eventId)) {
        await unlessGone(async () => {
          const now = deps.now();
          const ended = await deps.reminders.change(id, (reminder) =>
            reminder.status === 'COMPLETED' ? reminder : cancelReminder(reminder, now, 'EVENT_DELETED'),
          );
          await withdraw(ended, deps, now);
        });
      }
    },
  };
}
