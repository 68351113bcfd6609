import * as z from 'zod';
import { eventStore } from '../../events/event-store.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { userStore } from '../../users/user-store.ts';
import type { ConfirmationDeps } from '../confirm-account.ts';
import { cognitoClient, cognitoDirectory } from '../pool-directory.ts';

const env = readEnv(z.object({ USERS_TABLE: z.string().min(1), EVENTS_TABLE: z.string().min(1) }));
const client = documentClient();
const cognito = cognitoClient();
const users = userStore(client, env.USERS_TABLE);
const invitations = eventStore(client, env.EVENTS_TABLE);

/** The pool comes with each event: naming it in the configuration would make function and pool wait for each other. */
export const confirmationDeps = (poolId: string): ConfirmationDeps => ({
  users,
  invitations,
  pool: cognitoDirectory(cognito, poolId),
});
