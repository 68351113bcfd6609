import * as z from 'zod';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { inboxStore } from './inbox-store.ts';
import { routes } from './routes/index.ts';

const env = readEnv(z.object({ NOTIFICATIONS_TABLE: z.string().min(1) }));

export const handler = api(routes, { inbox: inboxStore(documentClient(), env.NOTIFICATIONS_TABLE) });
