import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { groupStore } from '../groups/group-store.ts';
import { milliseconds } from '../shared/duration.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { sealWith } from '../shared/seal.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { stepFunctionsTokens } from '../shared/workflow/task-tokens.ts';
import { userStore } from '../users/user-store.ts';
import { invitationStore } from './invitation-store.ts';
import { InvitationsEnv } from './invitations-env.ts';
import { inviteesOf } from './invitees.ts';
import { routes } from './routes/index.ts';

const env = readEnv(
  InvitationsEnv.pick({ INVITATION_EXPIRES_AFTER: true }).extend({
    INVITATIONS_TABLE: z.string().min(1),
    GROUPS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    INVITATION_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const stepFunctions = new SFNClient({});

export const handler = api(routes, {
  invitations: invitationStore(client, env.INVITATIONS_TABLE),
  groups: groupStore(client, env.GROUPS_TABLE),
  invitees: inviteesOf(userStore(client, env.USERS_TABLE)),
  executions: stepFunctionsExecutions(stepFunctions, env.INVITATION_ARN),
  tokens: stepFunctionsTokens(stepFunctions),
  cursors: cursors(env.TOKEN_SECRET),
  seal: sealWith(env.TOKEN_SECRET),
  lasts: milliseconds(env.INVITATION_EXPIRES_AFTER),
});
