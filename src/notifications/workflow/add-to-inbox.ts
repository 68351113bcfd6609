import * as z from 'zod';
import { RealtimeEnv, realtime } from '../../realtime/realtime.ts';
import { readEnv } from '../../shared/env.ts';
import { inboxSender } from '../delivery/senders.ts';
import { announcer } from '../inbox/announcer.ts';
import { inboxStore } from '../inbox/inbox-store.ts';
import { batchTask, SendingEnv, sendingTables } from './batch-task.ts';

const env = readEnv(SendingEnv.extend(RealtimeEnv.shape).extend({ NOTIFICATIONS_TABLE: z.string().min(1) }));
const stores = sendingTables(env);
const inbox = inboxStore(stores.client, env.NOTIFICATIONS_TABLE);

export const handler = batchTask(stores, inboxSender(inbox, announcer(inbox, realtime(stores.client, env).push)));
