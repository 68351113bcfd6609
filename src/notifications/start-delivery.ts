import { errorName } from '../shared/errors.ts';
import { logger } from '../shared/logger.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { type Notification, notificationExecution } from './notification.ts';

/**
 * Starts the execution of a notification, unless it has ended. The notification is stored by now and the sweep makes sure of it
 * anyway, so a failure here is a warning to the operators and not the caller's.
 */
export async function startDelivery(
  { id, run, delivered_at, failed_at }: Notification,
  { executions }: { executions: Pick<Executions, 'start'> },
): Promise<void> {
  if (delivered_at !== undefined || failed_at !== undefined) return;
  try {
    await executions.start(notificationExecution(id, run), { notificationId: id, run });
  } catch (error) {
    logger.warn('left to the sweep', { notificationId: id, error: errorName(error) });
  }
}
