import * as z from 'zod';
import { FollowedEventsEnv, followedEvents } from '../events/followed-events.ts';
import { eventsOfGroups } from '../events/group-follower.ts';
import { invitationsOfGroups } from '../invitations/group-follower.ts';
import { invitationStore } from '../invitations/invitation-store.ts';
import { systemClock } from '../shared/clock.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { userStore } from '../users/user-store.ts';
import type { GroupDeps } from './group-deps.ts';
import { routes } from './routes/index.ts';

const env = readEnv(
  FollowedEventsEnv.extend({
    USERS_TABLE: z.string().min(1),
    INVITATIONS_TABLE: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const { events, groups, tokens, follower } = followedEvents(client, env);
const invitations = invitationsOfGroups({
  invitations: invitationStore(client, env.INVITATIONS_TABLE),
  tokens,
  now: systemClock,
});

const deps: GroupDeps = {
  groups,
  users: userStore(client, env.USERS_TABLE),
  followers: [eventsOfGroups(events, follower), invitations],
  cursors: cursors(env.TOKEN_SECRET),
};

export const handler = api(routes, deps);
