import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

/** The other end of the open connections. */
export interface Gateway {
  /** False when the connection is gone. */
  post(connectionId: string, text: string): Promise<boolean>;
  /** Done when it is closed, or was. */
  close(connectionId: string): Promise<void>;
}

const isGone = (error: unknown) => error instanceof Error && error.name === 'GoneException';

/** The gateway manages connections under the socket's own address (API Gateway developer guide, "@connections commands"). */
export function apiGateway(socketUrl: string): Gateway {
  const client = new ApiGatewayManagementApiClient({
    endpoint: socketUrl.replace(/^ws/, 'http'),
    // Somebody waits for whoever sends: what does not get through at once is in the list.
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
  return {
    async post(ConnectionId, text) {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(text) }));
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    },

    async close(ConnectionId) {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId }));
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}
