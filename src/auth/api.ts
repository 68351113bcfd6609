import * as z from 'zod';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { userStore } from '../users/user-store.ts';
import { cognitoIdentityProvider } from './identity-provider.ts';
import { openRoutes } from './routes/index.ts';

const env = readEnv(z.object({ USERS_TABLE: z.string().min(1), USER_POOL_CLIENT_ID: z.string().min(1) }));

export const handler = api(openRoutes, {
  users: userStore(documentClient(), env.USERS_TABLE),
  identities: cognitoIdentityProvider(env.USER_POOL_CLIENT_ID),
});
