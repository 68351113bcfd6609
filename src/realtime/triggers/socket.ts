import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { logger } from '../../shared/logger.ts';
import type { Connection } from '../connection.ts';
import { connectionStore } from '../connection-store.ts';
import { apiGateway } from '../gateway.ts';
import { answerTo } from '../message.ts';
import { RealtimeEnv } from '../realtime.ts';
import { open } from '../sockets.ts';

const env = readEnv(RealtimeEnv);
const connections = connectionStore(documentClient(), env.CONNECTIONS_TABLE);
const gateway = apiGateway(env.SOCKET_URL);

/** Of the authorizer's context numbers come back as text. */
const Event = z.object({
  requestContext: z.object({
    eventType: z.enum(['CONNECT', 'MESSAGE', 'DISCONNECT']),
    connectionId: z.string(),
    authorizer: z.object({ user_id: z.string(), ends_at: z.coerce.number(), opened_at: z.coerce.number() }),
  }),
  body: z.string().nullish(),
});

/** Called by the gateway when a connection opens, says something, and has ended. */
export async function handler(event: unknown) {
  const { requestContext, body } = Event.parse(event);
  const { eventType, connectionId, authorizer } = requestContext;
  const connection: Connection = { id: connectionId, endsAt: authorizer.ends_at, openedAt: authorizer.opened_at };
  logger.info('socket', { eventType });
  switch (eventType) {
    case 'CONNECT':
      await open(authorizer.user_id, connection, { connections, gateway, now: systemClock });
      return { statusCode: 200 };
    case 'DISCONNECT':
      await connections.remove(authorizer.user_id, [connection]);
      return { statusCode: 200 };
    case 'MESSAGE':
      return { statusCode: 200, body: JSON.stringify(answerTo(body ?? '')) };
  }
}
