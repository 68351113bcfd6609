import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { DiscordEnv, discordChannel } from '../channels/discord.ts';
import { SmsEnv, smsChannel } from '../channels/sms.ts';
import { parseWebhookUrl } from '../channels/webhook-url.ts';
import { addressesOfInvitations } from '../invitations/address-verified.ts';
import { invitationStore } from '../invitations/invitation-store.ts';
import { systemClock } from '../shared/clock.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { sealWith } from '../shared/seal.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { suppressionStore } from '../suppressions/suppression-store.ts';
import { snsPushRegistry } from './push-registry.ts';
import { routes } from './routes/index.ts';
import { userStore } from './user-store.ts';
import { drawCode } from './verification.ts';
import { verificationStore } from './verification-store.ts';

const env = readEnv(
  z.object({
    USERS_TABLE: z.string().min(1),
    SUPPRESSIONS_TABLE: z.string().min(1),
    INVITATIONS_TABLE: z.string().min(1),
    INVITATION_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
    PUSH_APNS_APPLICATION_ARN: z.string(),
    PUSH_FCM_APPLICATION_ARN: z.string(),
    ...SmsEnv.shape,
    ...DiscordEnv.shape,
  }),
);

const client = documentClient();

export const handler = api(routes, {
  users: userStore(client, env.USERS_TABLE),
  codes: verificationStore(client, env.USERS_TABLE),
  channels: { sms: smsChannel(env), discord: discordChannel(env) },
  isWebhook: (address) => parseWebhookUrl(address, env.DISCORD_ORIGINS) !== null,
  push: snsPushRegistry({ apns: env.PUSH_APNS_APPLICATION_ARN, fcm: env.PUSH_FCM_APPLICATION_ARN }),
  suppressions: suppressionStore(client, env.SUPPRESSIONS_TABLE),
  secret: env.TOKEN_SECRET,
  seal: sealWith(env.TOKEN_SECRET),
  drawCode,
  phoneVerified: addressesOfInvitations({
    invitations: invitationStore(client, env.INVITATIONS_TABLE),
    executions: stepFunctionsExecutions(new SFNClient({}), env.INVITATION_ARN),
    now: systemClock,
  }).phoneVerified,
});
