import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Home } from '../../local/home.ts';
import { bringUp } from '../../local/local.ts';
import { takeDown } from './stop-stack.ts';
import { testSettings } from './test-settings.ts';

/**
 * Before the acceptance tests: the three stacks on an emulator of their own, in a temporary directory and on a free port. The
 * tests find it through CARILLON_TEST_URL and CARILLON_TEST_STAGE, and the ports of servers of their own through
 * CARILLON_TEST_STRAVA_PORT and CARILLON_TEST_CHAIN_PORT.
 */
export default async function startStack(): Promise<void> {
  const [port = 0, strava = 0, chain = 0] = await freePorts(3);
  const home: Home = { dir: mkdtempSync(join(tmpdir(), 'carillon-test-')), port, stage: 'test' };
  // For the end of the run, and for one that is interrupted.
  process.env.CARILLON_TEST_HOME = JSON.stringify(home);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void takeDown(home).finally(() => process.exit(130)));
  }
  try {
    await bringUp(home, testSettings({ strava, chain }));
  } catch (error) {
    await takeDown(home);
    throw error;
  }
  process.env.CARILLON_TEST_URL = `http://127.0.0.1:${home.port}`;
  process.env.CARILLON_TEST_STAGE = home.stage;
  process.env.CARILLON_TEST_STRAVA_PORT = String(strava);
  process.env.CARILLON_TEST_CHAIN_PORT = String(chain);
}

/** So many ports that nobody uses, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => Port.parse(server.address()).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

const Port = z.object({ port: z.number() });
