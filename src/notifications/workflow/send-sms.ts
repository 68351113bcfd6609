import { SmsEnv, smsChannel } from '../../channels/sms.ts';
import { readEnv } from '../../shared/env.ts';
import { smsSender } from '../delivery/senders.ts';
import { batchTask, SendingEnv, sendingTables } from './batch-task.ts';

const env = readEnv(SendingEnv.extend(SmsEnv.shape));

export const handler = batchTask(sendingTables(env), smsSender(smsChannel(env)));
