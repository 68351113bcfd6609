import * as z from 'zod';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { subscriber } from '../../shared/workflow/topic.ts';
import { recordSmsReply } from '../sms-replies.ts';
import { suppressionStore } from '../suppression-store.ts';

const env = readEnv(z.object({ SUPPRESSIONS_TABLE: z.string().min(1) }));
const suppressions = suppressionStore(documentClient(), env.SUPPRESSIONS_TABLE);

export const handler = subscriber((message) => recordSmsReply(message, suppressions));
