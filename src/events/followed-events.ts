import { SFNClient } from '@aws-sdk/client-sfn';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { commentStore } from '../comments/comment-store.ts';
import { commentsFollower } from '../comments/event-follower.ts';
import { groupStore } from '../groups/group-store.ts';
import { deliveryStore } from '../notifications/delivery/delivery-store.ts';
import { eventFollower } from '../reminders/event-follower.ts';
import { reminderStore } from '../reminders/reminder-store.ts';
import { systemClock } from '../shared/clock.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { stepFunctionsTokens } from '../shared/workflow/task-tokens.ts';
import { followers } from './event-follower.ts';
import { eventMembers } from './event-members.ts';
import { eventStore } from './event-store.ts';

/** What a function names in its environment that changes or deletes events. */
export const FollowedEventsEnv = z.object({
  EVENTS_TABLE: z.string().min(1),
  GROUPS_TABLE: z.string().min(1),
  REMINDERS_TABLE: z.string().min(1),
  DELIVERIES_TABLE: z.string().min(1),
  COMMENTS_TABLE: z.string().min(1),
  LIFECYCLE_ARN: z.string().min(1),
});

/**
 * Events with everybody who follows them, for whichever function changes or deletes them. An execution is started where an event
 * moves, not where it is deleted: a function that only deletes needs no permission for it.
 */
export function followedEvents(client: DynamoDBDocumentClient, env: z.output<typeof FollowedEventsEnv>) {
  const events = eventStore(client, env.EVENTS_TABLE);
  const groups = groupStore(client, env.GROUPS_TABLE);
  const members = eventMembers(events, groups);
  const reminders = reminderStore(client, env.REMINDERS_TABLE);
  const deliveries = deliveryStore(client, env.DELIVERIES_TABLE);
  const comments = commentStore(client, env.COMMENTS_TABLE);
  const stepFunctions = new SFNClient({});
  const executions = stepFunctionsExecutions(stepFunctions, env.LIFECYCLE_ARN);
  const tokens = stepFunctionsTokens(stepFunctions);
  const follower = followers(
    eventFollower({ members, reminders, deliveries, executions, tokens, now: systemClock }),
    commentsFollower(comments, systemClock),
  );
  return { events, groups, members, reminders, deliveries, comments, tokens, follower };
}
