import { orLeaveTo } from '../shared/leave-to.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { type Notification, notificationExecution } from './notification.ts';

/** Starts the execution of a notification that is stored, unless it has ended. */
export async function startDelivery(
  { id, run, delivered_at, failed_at }: Notification,
  { executions }: { executions: Pick<Executions, 'start'> },
): Promise<void> {
  if (delivered_at !== undefined || failed_at !== undefined) return;
  await orLeaveTo('the sweep', { notificationId: id }, () =>
    executions.start(notificationExecution(id, run), { notificationId: id, run }),
  );
}
