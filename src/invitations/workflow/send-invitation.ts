import * as z from 'zod';
import { groupStore } from '../../groups/group-store.ts';
import { deployedNotifier, NotifierEnv } from '../../notifications/deployed-notifier.ts';
import { systemClock } from '../../shared/clock.ts';
import { milliseconds } from '../../shared/duration.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { userStore } from '../../users/user-store.ts';
import { answerLinks } from '../answer-link.ts';
import { invitationStore } from '../invitation-store.ts';
import { InvitationsEnv } from '../invitations-env.ts';
import { sendInvitation } from '../send-invitation.ts';

const env = readEnv(
  NotifierEnv.extend(InvitationsEnv.pick({ INVITATION_REMINDS_AFTER: true }).shape).extend({
    INVITATIONS_TABLE: z.string().min(1),
    GROUPS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    PUBLIC_URL: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const deps = {
  invitations: invitationStore(client, env.INVITATIONS_TABLE),
  groups: groupStore(client, env.GROUPS_TABLE),
  users: userStore(client, env.USERS_TABLE),
  notifier: deployedNotifier(client, env),
  linkFor: answerLinks(env.TOKEN_SECRET, env.PUBLIC_URL),
  remindsAfter: milliseconds(env.INVITATION_REMINDS_AFTER),
};

const Input = z.object({ invitationId: z.string(), run: z.number().int(), reminder: z.boolean() });

export const handler = task(Input, (step) => sendInvitation(step, deps, systemClock()));
