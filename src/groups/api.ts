import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { commentStore } from '../comments/comment-store.ts';
import { commentsFollower } from '../comments/event-follower.ts';
import { followers } from '../events/event-follower.ts';
import { eventMembers } from '../events/event-members.ts';
import { eventStore } from '../events/event-store.ts';
import { eventsOfGroups } from '../events/group-follower.ts';
import { deliveryStore } from '../notifications/delivery/delivery-store.ts';
import { eventFollower } from '../reminders/event-follower.ts';
import { reminderStore } from '../reminders/reminder-store.ts';
import { systemClock } from '../shared/clock.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { userStore } from '../users/user-store.ts';
import type { GroupDeps } from './group-deps.ts';
import { groupStore } from './group-store.ts';
import { routes } from './routes/index.ts';

const env = readEnv(
  z.object({
    GROUPS_TABLE: z.string().min(1),
    EVENTS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    REMINDERS_TABLE: z.string().min(1),
    DELIVERIES_TABLE: z.string().min(1),
    COMMENTS_TABLE: z.string().min(1),
    LIFECYCLE_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const groups = groupStore(client, env.GROUPS_TABLE);
const events = eventStore(client, env.EVENTS_TABLE);

const reminders = eventFollower({
  members: eventMembers(events, groups),
  reminders: reminderStore(client, env.REMINDERS_TABLE),
  deliveries: deliveryStore(client, env.DELIVERIES_TABLE),
  // What goes by an event ends with it, which starts no execution, so this function may not start any.
  executions: stepFunctionsExecutions(new SFNClient({}), env.LIFECYCLE_ARN),
  now: systemClock,
});
const follower = followers(reminders, commentsFollower(commentStore(client, env.COMMENTS_TABLE)));

const deps: GroupDeps = {
  groups,
  users: userStore(client, env.USERS_TABLE),
  followers: [eventsOfGroups(events, follower)],
  cursors: cursors(env.TOKEN_SECRET),
};

export const handler = api(routes, deps);
