import { pushChannel } from '../../channels/push.ts';
import { systemClock } from '../../shared/clock.ts';
import { readEnv } from '../../shared/env.ts';
import { pushSender } from '../delivery/senders.ts';
import { batchTask, SendingEnv, sendingTables } from './batch-task.ts';

const stores = sendingTables(readEnv(SendingEnv));

export const handler = batchTask(
  stores,
  pushSender(pushChannel(), (userId, deviceId) => stores.users.disableDevice(userId, deviceId, systemClock())),
);
