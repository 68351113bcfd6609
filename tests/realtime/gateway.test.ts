import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as z from 'zod';
import { apiGateway } from '../../src/realtime/gateway.ts';
import { push } from '../../src/realtime/sockets.ts';

const silent = createServer(() => undefined);
const before = { ...process.env };

beforeAll(async () => {
  Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  process.env = before;
  silent.closeAllConnections();
  silent.close();
});

it('a gateway that takes every call and answers none keeps nobody waiting for ever', async () => {
  const { port } = z.object({ port: z.number() }).parse(silent.address());
  const ids = Array.from({ length: 50 }, (_, n) => `user-${n}`);
  const connectionsOf = (id: string) => [1, 2].map((n) => ({ id: `${id}-${n}`, openedAt: 0, endsAt: 4_000_000_000 }));
  const reported: string[] = [];
  const removed: string[] = [];
  await push(ids, async () => 'hello', {
    connections: {
      findMany: async () => new Map(ids.map((id) => [id, connectionsOf(id)])),
      remove: async (_, gone) => void removed.push(...gone.map(({ id }) => id)),
    },
    gateway: apiGateway(`ws://127.0.0.1:${port}`),
    now: () => new Date(),
    report: (error) => reported.push(error),
  });
  expect(reported).toEqual(Array.from({ length: 100 }, () => 'TimeoutError'));
  // Whoever did not answer may still be there.
  expect(removed).toEqual([]);
}, 30_000);
