import * as z from 'zod';
import { EmailEnv, emailChannel } from '../../channels/email.ts';
import { systemClock } from '../../shared/clock.ts';
import { readEnv } from '../../shared/env.ts';
import { suppressingUnknown } from '../../suppressions/unknown-mailbox.ts';
import { unsubscribeLinks } from '../../users/unsubscribe.ts';
import { acknowledgeLinks } from '../acknowledge-link.ts';
import { emailSender } from '../delivery/senders.ts';
import { batchTask, SendingEnv, sendingTables } from './batch-task.ts';

const Own = SendingEnv.extend({
  SES_CONFIGURATION_SET: z.string().min(1),
  PUBLIC_URL: z.string().min(1),
  TOKEN_SECRET: z.string().min(32),
});
const env = readEnv(z.intersection(Own, EmailEnv));
const unsubscribeLink = unsubscribeLinks(env.TOKEN_SECRET, env.PUBLIC_URL);
const acknowledgeLink = acknowledgeLinks(env.TOKEN_SECRET, env.PUBLIC_URL);

const stores = sendingTables(env);
const channel = await emailChannel(env, env.SES_CONFIGURATION_SET);

export const handler = batchTask(
  stores,
  emailSender(
    suppressingUnknown(channel, stores.suppressions, systemClock),
    (person, { content }) =>
      // What must be known, such as a sign-in from elsewhere, is not switched off by whoever the mail was forwarded to.
      content.critical ? undefined : { url: unsubscribeLink(person.id, content.category) },
    (person, { content }) => acknowledgeLink(person.id, content, systemClock()),
  ),
);
