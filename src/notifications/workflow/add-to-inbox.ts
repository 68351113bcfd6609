import * as z from 'zod';
import { readEnv } from '../../shared/env.ts';
import { inboxStore } from '../inbox-store.ts';
import { inboxSender } from '../senders.ts';
import { batchTask, TablesEnv, tables } from './batch-task.ts';

const env = readEnv(TablesEnv.extend({ NOTIFICATIONS_TABLE: z.string().min(1) }));
const stores = tables(env);

export const handler = batchTask(stores, inboxSender(inboxStore(stores.client, env.NOTIFICATIONS_TABLE)));
