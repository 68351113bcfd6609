import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { eventMembers } from '../events/event-members.ts';
import { eventStore } from '../events/event-store.ts';
import { groupStore } from '../groups/group-store.ts';
import { notificationStore } from '../notifications/notification-store.ts';
import { notifier } from '../notifications/notifier.ts';
import { milliseconds } from '../shared/duration.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { userStore } from '../users/user-store.ts';
import { commentStore } from './comment-store.ts';
import { CommentsEnv } from './comments-env.ts';
import { routes } from './routes/index.ts';

const env = readEnv(
  CommentsEnv.extend({
    COMMENTS_TABLE: z.string().min(1),
    EVENTS_TABLE: z.string().min(1),
    GROUPS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    NOTIFICATIONS_TABLE: z.string().min(1),
    DELIVERY_ARN: z.string().min(1),
    DIGEST_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const sfn = new SFNClient({});

export const handler = api(routes, {
  comments: commentStore(client, env.COMMENTS_TABLE),
  members: eventMembers(eventStore(client, env.EVENTS_TABLE), groupStore(client, env.GROUPS_TABLE)),
  users: userStore(client, env.USERS_TABLE),
  notifier: notifier(
    notificationStore(client, env.NOTIFICATIONS_TABLE),
    stepFunctionsExecutions(sfn, env.DELIVERY_ARN),
  ),
  executions: stepFunctionsExecutions(sfn, env.DIGEST_ARN),
  cursors: cursors(env.TOKEN_SECRET),
  windowLength: milliseconds(env.COMMENT_WINDOW),
});
