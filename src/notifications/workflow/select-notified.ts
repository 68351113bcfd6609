import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { namedUsers } from '../../users/named-users.ts';
import { selectRecipients } from '../delivery/select-recipients.ts';
import { notificationStore } from '../notification-store.ts';
import { TablesEnv, tables } from './batch-task.ts';

const env = readEnv(TablesEnv.extend({ NOTIFICATIONS_TABLE: z.string().min(1) }));
const stores = tables(env);
const notifications = notificationStore(stores.client, env.NOTIFICATIONS_TABLE);

const Input = z.object({ notificationId: z.string(), run: z.number().int() });

export const handler = task(Input, async ({ notificationId, run }) => {
  const notification = await notifications.find(notificationId);
  if (!notification) throw new Error(`There is no notification ${notificationId}`);
  const named = await namedUsers(await notifications.recipientsOf(notification), stores.users);
  const { content, channels, audience: scope } = notification;
  return selectRecipients(
    { dispatchId: notificationId, run, content, userIds: named.values(), channels, scope },
    { ...stores, now: systemClock },
  );
});
