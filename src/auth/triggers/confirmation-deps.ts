import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { eventStore } from '../../events/event-store.ts';
import { addressesOfInvitations } from '../../invitations/address-verified.ts';
import { invitationStore } from '../../invitations/invitation-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { stepFunctionsExecutions } from '../../shared/workflow/executions.ts';
import { userStore } from '../../users/user-store.ts';
import type { ConfirmationDeps } from '../confirm-account.ts';
import { cognitoClient, cognitoDirectory } from '../pool-directory.ts';

const env = readEnv(
  z.object({
    USERS_TABLE: z.string().min(1),
    EVENTS_TABLE: z.string().min(1),
    INVITATIONS_TABLE: z.string().min(1),
    INVITATION_ARN: z.string().min(1),
  }),
);
const client = documentClient();
const cognito = cognitoClient();
const users = userStore(client, env.USERS_TABLE);
const toGroups = addressesOfInvitations({
  invitations: invitationStore(client, env.INVITATIONS_TABLE),
  executions: stepFunctionsExecutions(new SFNClient({}), env.INVITATION_ARN),
  now: systemClock,
});
const invitations = [eventStore(client, env.EVENTS_TABLE), toGroups];

/** The pool comes with each event: naming it in the configuration would make function and pool wait for each other. */
export const confirmationDeps = (poolId: string): ConfirmationDeps => ({
  users,
  invitations,
  pool: cognitoDirectory(cognito, poolId),
});
