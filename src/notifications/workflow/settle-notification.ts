import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { Sums, totalOf } from '../delivery/delivery.ts';
import { notificationStore } from '../notification-store.ts';

const env = readEnv(z.object({ NOTIFICATIONS_TABLE: z.string().min(1) }));
const notifications = notificationStore(documentClient(), env.NOTIFICATIONS_TABLE);

const Input = Sums.extend({ notificationId: z.string() });

export const handler = task(Input, async ({ notificationId, ...sums }) =>
  notifications.settle(notificationId, totalOf(sums), systemClock()),
);
