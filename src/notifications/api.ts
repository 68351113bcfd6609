import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { RealtimeEnv, realtime } from '../realtime/realtime.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { userStore } from '../users/user-store.ts';
import { deliveryStore } from './delivery/delivery-store.ts';
import { announcer } from './inbox/announcer.ts';
import { inboxStore } from './inbox/inbox-store.ts';
import { notificationStore } from './notification-store.ts';
import { notificationRoutes } from './routes/notification-routes.ts';

const env = readEnv(
  RealtimeEnv.extend({
    NOTIFICATIONS_TABLE: z.string().min(1),
    DELIVERIES_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    DELIVERY_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const inbox = inboxStore(client, env.NOTIFICATIONS_TABLE);

export const handler = api(notificationRoutes, {
  inbox,
  notifications: notificationStore(client, env.NOTIFICATIONS_TABLE),
  deliveries: deliveryStore(client, env.DELIVERIES_TABLE),
  users: userStore(client, env.USERS_TABLE),
  executions: stepFunctionsExecutions(new SFNClient({}), env.DELIVERY_ARN),
  cursors: cursors(env.TOKEN_SECRET),
  announce: announcer(inbox, realtime(client, env).push),
});
