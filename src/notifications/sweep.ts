import type { SweepResult } from '../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../shared/workflow/sweep-open.ts';
import { notificationExecution } from './notification.ts';
import type { NotificationStore } from './notification-store.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly notifications: Pick<NotificationStore, 'open' | 'takeOver' | 'fail'>;
}

/** One pass over the notifications whose deliveries have not all an outcome. */
export const sweepNotifications = ({ notifications, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      open: notifications.open,
      takeOver: ({ id }, run, now) => notifications.takeOver(id, run, now),
      fail: ({ id }, now) => notifications.fail(id, now),
      execution: ({ id }, run) => ({ name: notificationExecution(id, run), input: { notificationId: id, run } }),
    },
    deps,
  );
