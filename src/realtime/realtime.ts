import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { systemClock } from '../shared/clock.ts';
import { logger } from '../shared/logger.ts';
import { connectionStore } from './connection-store.ts';
import { apiGateway } from './gateway.ts';
import { closeAll, push } from './sockets.ts';

/** What a function has to know of the socket. */
export const RealtimeEnv = z.object({ CONNECTIONS_TABLE: z.string().min(1), SOCKET_URL: z.string().min(1) });

/** The open sockets, for functions of other domains. */
export function realtime(client: DynamoDBDocumentClient, env: z.output<typeof RealtimeEnv>) {
  const connections = connectionStore(client, env.CONNECTIONS_TABLE);
  const gateway = apiGateway(env.SOCKET_URL);
  const report = (error: string) => logger.warn('push failed', { error });
  return {
    /** Pushes what `messageFor` answers, JSON to be, to everybody of these who is connected. Never throws. */
    push: (userIds: readonly string[], messageFor: (userId: string) => Promise<unknown>) =>
      push(userIds, messageFor, { connections, gateway, now: systemClock, report }),

    /** Closes every connection of a person who leaves. Safe to repeat. */
    forgetUser: (userId: string) => closeAll(userId, { connections, gateway }),
  };
}
