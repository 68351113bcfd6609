import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { eventMembers } from '../events/event-members.ts';
import { eventStore } from '../events/event-store.ts';
import { groupStore } from '../groups/group-store.ts';
import { deliveryStore } from '../notifications/delivery/delivery-store.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { sealWith } from '../shared/seal.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { stepFunctionsTokens } from '../shared/workflow/task-tokens.ts';
import { userStore } from '../users/user-store.ts';
import { reminderStore } from './reminder-store.ts';
import { routes } from './routes/index.ts';

const env = readEnv(
  z.object({
    REMINDERS_TABLE: z.string().min(1),
    EVENTS_TABLE: z.string().min(1),
    GROUPS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    DELIVERIES_TABLE: z.string().min(1),
    LIFECYCLE_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const groups = groupStore(client, env.GROUPS_TABLE);
const stepFunctions = new SFNClient({});

export const handler = api(routes, {
  reminders: reminderStore(client, env.REMINDERS_TABLE),
  events: eventMembers(eventStore(client, env.EVENTS_TABLE), groups),
  groups,
  users: userStore(client, env.USERS_TABLE),
  deliveries: deliveryStore(client, env.DELIVERIES_TABLE),
  executions: stepFunctionsExecutions(stepFunctions, env.LIFECYCLE_ARN),
  tokens: stepFunctionsTokens(stepFunctions),
  seal: sealWith(env.TOKEN_SECRET),
  cursors: cursors(env.TOKEN_SECRET),
});
