import * as z from 'zod';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { routes } from './routes/index.ts';
import { suppressionStore } from './suppression-store.ts';

const env = readEnv(z.object({ SUPPRESSIONS_TABLE: z.string().min(1), TOKEN_SECRET: z.string().min(32) }));

export const handler = api(routes, {
  suppressions: suppressionStore(documentClient(), env.SUPPRESSIONS_TABLE),
  cursors: cursors(env.TOKEN_SECRET),
});
