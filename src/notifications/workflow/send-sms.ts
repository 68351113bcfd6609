import { SmsEnv, smsChannel } from '../../channels/sms.ts';
import { readEnv } from '../../shared/env.ts';
import { smsSender } from '../delivery/senders.ts';
import { batchTask, TablesEnv, tables } from './batch-task.ts';

const env = readEnv(TablesEnv.extend(SmsEnv.shape));

export const handler = batchTask(tables(env), smsSender(smsChannel(env)));
