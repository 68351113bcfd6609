import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { Sums, totalOf } from '../delivery.ts';
import { inboxStore } from '../inbox-store.ts';

const env = readEnv(z.object({ NOTIFICATIONS_TABLE: z.string().min(1) }));
const inbox = inboxStore(documentClient(), env.NOTIFICATIONS_TABLE);

const Input = Sums.extend({ notificationId: z.string() });

export const handler = task(Input, async ({ notificationId, ...sums }) =>
  inbox.settleNotification(notificationId, totalOf(sums), systemClock()),
);
