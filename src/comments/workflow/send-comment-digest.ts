import * as z from 'zod';
import { eventMembers } from '../../events/event-members.ts';
import { eventStore } from '../../events/event-store.ts';
import { groupStore } from '../../groups/group-store.ts';
import { deployedNotifier, NotifierEnv } from '../../notifications/deployed-notifier.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { userStore } from '../../users/user-store.ts';
import { commentStore } from '../comment-store.ts';
import { sendDigest } from '../send-digest.ts';
import { windowStore } from '../window-store.ts';

const env = readEnv(
  NotifierEnv.extend({
    COMMENTS_TABLE: z.string().min(1),
    EVENTS_TABLE: z.string().min(1),
    GROUPS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
  }),
);
const client = documentClient();
const events = eventStore(client, env.EVENTS_TABLE);
const deps = {
  comments: commentStore(client, env.COMMENTS_TABLE),
  windows: windowStore(client, env.COMMENTS_TABLE),
  events,
  members: eventMembers(events, groupStore(client, env.GROUPS_TABLE)),
  users: userStore(client, env.USERS_TABLE),
  notifier: deployedNotifier(client, env),
  now: systemClock,
};

const Input = z.object({ eventId: z.string(), window: z.number().int() });

export const handler = task(Input, ({ eventId, window }) => sendDigest(eventId, window, deps));
