import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../shared/workflow/executions.ts';
import { sweepTask } from '../../shared/workflow/sweep.ts';
import { notificationStore } from '../notification-store.ts';
import { sweepNotifications } from '../sweep.ts';

const env = readEnv(z.object({ NOTIFICATIONS_TABLE: z.string().min(1), DELIVERY_ARN: z.string().min(1) }));
const notifications = notificationStore(documentClient(), env.NOTIFICATIONS_TABLE);
const executions = stepFunctionsExecutions(sweepingClient(), env.DELIVERY_ARN);

export const handler = sweepTask((report) =>
  sweepNotifications({ notifications, executions, now: systemClock, report }),
);
