import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { eventMembers } from '../events/event-members.ts';
import { eventStore } from '../events/event-store.ts';
import { groupStore } from '../groups/group-store.ts';
import { deployedNotifier, NotifierEnv } from '../notifications/deployed-notifier.ts';
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
  CommentsEnv.extend(NotifierEnv.shape).extend({
    COMMENTS_TABLE: z.string().min(1),
    EVENTS_TABLE: z.string().min(1),
    GROUPS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    DIGEST_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();

export const handler = api(routes, {
  comments: commentStore(client, env.COMMENTS_TABLE),
  members: eventMembers(eventStore(client, env.EVENTS_TABLE), groupStore(client, env.GROUPS_TABLE)),
  users: userStore(client, env.USERS_TABLE),
  notifier: deployedNotifier(client, env),
  executions: stepFunctionsExecutions(new SFNClient({}), env.DIGEST_ARN),
  cursors: cursors(env.TOKEN_SECRET),
  windowLength: milliseconds(env.COMMENT_WINDOW),
});
