import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { commentStore } from '../comments/comment-store.ts';
import { commentsFollower } from '../comments/event-follower.ts';
import { groupStore } from '../groups/group-store.ts';
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
import type { EventDeps } from './event-detail.ts';
import { followers } from './event-follower.ts';
import { eventMembers } from './event-members.ts';
import { eventStore } from './event-store.ts';
import { peopleOf } from './people.ts';
import { routes } from './routes/index.ts';

const env = readEnv(
  z.object({
    EVENTS_TABLE: z.string().min(1),
    GROUPS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    REMINDERS_TABLE: z.string().min(1),
    DELIVERIES_TABLE: z.string().min(1),
    COMMENTS_TABLE: z.string().min(1),
    LIFECYCLE_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();

const events = eventStore(client, env.EVENTS_TABLE);
const groups = groupStore(client, env.GROUPS_TABLE);
const members = eventMembers(events, groups);

const deps: EventDeps = {
  events,
  members,
  groups,
  people: peopleOf(userStore(client, env.USERS_TABLE)),
  follower: followers(
    eventFollower({
      members,
      reminders: reminderStore(client, env.REMINDERS_TABLE),
      deliveries: deliveryStore(client, env.DELIVERIES_TABLE),
      executions: stepFunctionsExecutions(new SFNClient({}), env.LIFECYCLE_ARN),
      now: systemClock,
    }),
    commentsFollower(commentStore(client, env.COMMENTS_TABLE)),
  ),
  cursors: cursors(env.TOKEN_SECRET),
};

export const handler = api(routes, deps);
