import { request } from 'node:http';
import { CloudFormationClient, ListExportsCommand } from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import { until } from '../../local/client.ts';
import { aws } from './tables.ts';
import { address, prefix } from './where.ts';

/** The socket's address, as the api stack exports it, at the emulator's port. */
export async function socketUrl(): Promise<string> {
  const { Exports } = await new CloudFormationClient(aws).send(new ListExportsCommand({}));
  const url = Exports?.find(({ Name }) => Name === `${prefix}-socket-url`)?.Value ?? '';
  const [, api, stage] = /^wss:\/\/(\w+)\.execute-api\.us-east-1\.amazonaws\.com\/(\w+)$/.exec(url) ?? [];
  return `${address.replace('http', 'ws')}/_aws/execute-api/${z.string().parse(api)}/${z.string().parse(stage)}`;
}

/** The status with which a handshake is answered: 101 when the socket opens. It is let go at once. */
export async function handshake(token: { query?: string; header?: string | undefined }): Promise<number> {
  const query = token.query === undefined ? '' : `?token=${encodeURIComponent(token.query)}`;
  const url = `${(await socketUrl()).replace('ws', 'http')}${query}`;
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.from('sixteen bytes :)').toString('base64'),
    ...(token.header === undefined ? {} : { authorization: token.header }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers });
    asked.on('upgrade', (_answer, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.on('response', (answer) => {
      answer.destroy();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

const Message = z.looseObject({
  type: z.string(),
  unread: z.number().optional(),
  notification: z.looseObject({ id: z.string(), user_id: z.string() }).optional(),
});
export type Message = z.output<typeof Message>;

/** An open socket and what has come through it. */
export interface TestSocket {
  readonly messages: Message[];
  readonly isClosed: () => boolean;
  say(message: string): void;
  close(): void;
  /** Waits for the n-th message. */
  nth(n: number): Promise<Message>;
  /** Waits until the other side has closed it. */
  ended(): Promise<true>;
}

export async function openSocket(token: string): Promise<TestSocket> {
  const socket = new WebSocket(`${await socketUrl()}?token=${token}`);
  const messages: Message[] = [];
  let closed = false;
  socket.addEventListener('message', ({ data }) => messages.push(Message.parse(JSON.parse(String(data)))));
  socket.addEventListener('close', () => {
    closed = true;
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('the socket did not open')));
  });
  return {
    messages,
    isClosed: () => closed,
    say: (message) => socket.send(message),
    close: () => socket.close(),
    nth: (n) => until(`message ${n}`, 20, async () => messages[n - 1]),
    ended: () => until('the end of the socket', 20, async () => closed || undefined),
  };
}
