import { pushChannel } from '../../channels/push.ts';
import { systemClock } from '../../shared/clock.ts';
import { readEnv } from '../../shared/env.ts';
import { pushSender } from '../delivery/senders.ts';
import { batchTask, TablesEnv, tables } from './batch-task.ts';

const stores = tables(readEnv(TablesEnv));

export const handler = batchTask(
  stores,
  pushSender(pushChannel(), (userId, deviceId) => stores.users.disableDevice(userId, deviceId, systemClock())),
);
