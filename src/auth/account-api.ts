import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { commentStore } from '../comments/comment-store.ts';
import { commentsFollower } from '../comments/event-follower.ts';
import { commentForgetter } from '../comments/forget-user.ts';
import type { Event } from '../events/event.ts';
import { followers } from '../events/event-follower.ts';
import { eventMembers } from '../events/event-members.ts';
import { eventStore } from '../events/event-store.ts';
import { eventsOfGroups } from '../events/group-follower.ts';
import { groupForgetter } from '../groups/forget-user.ts';
import { groupStore } from '../groups/group-store.ts';
import { deliveryStore } from '../notifications/delivery/delivery-store.ts';
import { notificationForgetter } from '../notifications/forget-user.ts';
import { inboxStore } from '../notifications/inbox/inbox-store.ts';
import { RealtimeEnv, realtime } from '../realtime/realtime.ts';
import { eventFollower } from '../reminders/event-follower.ts';
import { reminderForgetter } from '../reminders/forget-user.ts';
import { reminderStore } from '../reminders/reminder-store.ts';
import { systemClock } from '../shared/clock.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { userStore } from '../users/user-store.ts';
import { cognitoClient, cognitoDirectory } from './pool-directory.ts';
import type { Forgetter } from './remove-account.ts';
import { accountRoutes } from './routes/index.ts';

const env = readEnv(
  RealtimeEnv.extend({
    USERS_TABLE: z.string().min(1),
    EVENTS_TABLE: z.string().min(1),
    GROUPS_TABLE: z.string().min(1),
    REMINDERS_TABLE: z.string().min(1),
    DELIVERIES_TABLE: z.string().min(1),
    NOTIFICATIONS_TABLE: z.string().min(1),
    COMMENTS_TABLE: z.string().min(1),
    LIFECYCLE_ARN: z.string().min(1),
    USER_POOL_ID: z.string().min(1),
  }),
);
const client = documentClient();
const now = systemClock;
const events = eventStore(client, env.EVENTS_TABLE);
const reminders = reminderStore(client, env.REMINDERS_TABLE);
const deliveries = deliveryStore(client, env.DELIVERIES_TABLE);
// What goes by an event ends with it, which starts no execution, so this function may not start any.
const executions = stepFunctionsExecutions(new SFNClient({}), env.LIFECYCLE_ARN);
const groups = groupStore(client, env.GROUPS_TABLE);
const members = eventMembers(events, groups);
const comments = commentStore(client, env.COMMENTS_TABLE);
const follower = followers(
  eventFollower({ members, reminders, deliveries, executions, now }),
  commentsFollower(comments),
);
/** The events of a group stay the group's. */
const heirOf = async ({ group_id }: Event) =>
  group_id === undefined ? undefined : (await groups.find(group_id))?.owner_id;
const eventForgetter: Forgetter = {
  forgetUser: (userId) => events.forgetUser(userId, { follower, heirOf, now }),
};

export const handler = api(accountRoutes, {
  users: userStore(client, env.USERS_TABLE),
  pool: cognitoDirectory(cognitoClient(), env.USER_POOL_ID),
  forgetters: [
    // Before events, whose heir is the owner of their group.
    groupForgetter({ groups, followers: [eventsOfGroups(events, follower)], now }),
    eventForgetter,
    commentForgetter(comments, now),
    reminderForgetter({ reminders, deliveries, now }),
    notificationForgetter(inboxStore(client, env.NOTIFICATIONS_TABLE)),
    realtime(client, env),
  ],
});
