import * as z from 'zod';
import { SmsEnv, smsChannel } from '../../channels/sms.ts';
import { systemClock } from '../../shared/clock.ts';
import { readEnv } from '../../shared/env.ts';
import { acknowledgeLinks } from '../acknowledge-link.ts';
import { smsSender } from '../delivery/senders.ts';
import { batchTask, SendingEnv, sendingTables } from './batch-task.ts';

const Own = SendingEnv.extend({ PUBLIC_URL: z.string().min(1), TOKEN_SECRET: z.string().min(32) });
const env = readEnv(Own.extend(SmsEnv.shape));
const acknowledgeLink = acknowledgeLinks(env.TOKEN_SECRET, env.PUBLIC_URL);

export const handler = batchTask(
  sendingTables(env),
  smsSender(smsChannel(env), (person, { content }) => acknowledgeLink(person.id, content, systemClock())),
);
