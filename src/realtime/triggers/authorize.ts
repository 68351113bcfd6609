import * as z from 'zod';
import { readEnv } from '../../shared/env.ts';
import { logger } from '../../shared/logger.ts';
import { tokenVerifier } from '../token.ts';

const env = readEnv(
  z.object({ USER_POOL_ID: z.string().min(1), USER_POOL_CLIENT_ID: z.string().min(1), POOL_KEYS_URL: z.url() }),
);
const verify = tokenVerifier({
  poolId: env.USER_POOL_ID,
  clientId: env.USER_POOL_CLIENT_ID,
  keysUrl: env.POOL_KEYS_URL,
});

const Request = z.object({
  methodArn: z.string(),
  headers: z.record(z.string(), z.string()).nullish(),
  queryStringParameters: z.record(z.string(), z.string()).nullish(),
  requestContext: z.object({ connectedAt: z.number() }),
});

/** Browsers cannot set headers on a WebSocket, so they put it into the query; everybody else has the header. */
function tokenIn({ headers, queryStringParameters }: z.output<typeof Request>): string {
  const header = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization');
  return header?.[1].replace(/^Bearer /, '') ?? queryStringParameters?.token ?? '';
}

/** Called by the gateway for `$connect`: lets whoever has a token of the pool and client in, and refuses everybody else (403). */
export async function handler(event: unknown) {
  const request = Request.parse(event);
  const bearer = await verify(tokenIn(request));
  logger.info('connect', { allowed: bearer !== undefined });
  return {
    principalId: bearer?.userId ?? 'nobody',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: bearer ? 'Allow' : 'Deny', Action: 'execute-api:Invoke', Resource: [request.methodArn] }],
    },
    // The gateway keeps it with the connection and tells it with every event.
    context: bearer && {
      user_id: bearer.userId,
      ends_at: bearer.endsAt,
      opened_at: Math.floor(request.requestContext.connectedAt / 1000),
    },
  };
}
