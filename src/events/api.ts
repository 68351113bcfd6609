import * as z from 'zod';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { userStore } from '../users/user-store.ts';
import type { EventDeps } from './event-detail.ts';
import { FollowedEventsEnv, followedEvents } from './followed-events.ts';
import { peopleOf } from './people.ts';
import { routes } from './routes/index.ts';

const env = readEnv(
  FollowedEventsEnv.extend({
    USERS_TABLE: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();

const deps: EventDeps = {
  ...followedEvents(client, env),
  people: peopleOf(userStore(client, env.USERS_TABLE)),
  cursors: cursors(env.TOKEN_SECRET),
};

export const handler = api(routes, deps);
