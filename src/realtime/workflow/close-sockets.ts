import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { logger } from '../../shared/logger.ts';
import { connectionStore } from '../connection-store.ts';
import { apiGateway } from '../gateway.ts';
import { RealtimeEnv } from '../realtime.ts';
import { closeEnded } from '../sockets.ts';

const env = readEnv(RealtimeEnv);
const connections = connectionStore(documentClient(), env.CONNECTIONS_TABLE);
const gateway = apiGateway(env.SOCKET_URL);

/** Called by the schedule, every minute. */
export async function handler() {
  const result = await closeEnded({
    connections,
    gateway,
    now: systemClock,
    report: (error) => logger.error('sockets not closed', { error }),
  });
  logger.info('closed sockets', { ...result });
  // They are tried again in a minute; an alarm tells the operators when that does not help.
  if (result.failed > 0) throw new Error(`The connections of ${result.failed} people could not be closed`);
  return result;
}
