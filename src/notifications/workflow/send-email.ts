import * as z from 'zod';
import { EmailEnv, emailChannel } from '../../channels/email.ts';
import { readEnv } from '../../shared/env.ts';
import { emailSender } from '../senders.ts';
import { batchTask, TablesEnv, tables } from './batch-task.ts';

const env = readEnv(z.intersection(TablesEnv.extend({ SES_CONFIGURATION_SET: z.string().min(1) }), EmailEnv));

export const handler = batchTask(tables(env), emailSender(await emailChannel(env, env.SES_CONFIGURATION_SET)));
