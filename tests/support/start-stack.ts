import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const home: Home = { dir: mkdtempSync(join(tmpdir(), 'carillon-test-')), port: await freePort(), stage: 'test' };
  // For the end of the run, and for one that is interrupted.
  process.env.CARILLON_TEST_HOME = JSON.stringify(home);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void takeDown(home).finally(() => process.exit(130)));
  }
  const ports = { strava: await freePort(), chain: await freePort() };
  try {
    await bringUp(home, testSettings(ports));
  } catch (error) {
    await takeDown(home);
    throw error;
  }
  process.env.CARILLON_TEST_URL = `http://127.0.0.1:${home.port}`;
  process.env.CARILLON_TEST_STAGE = home.stage;
  process.env.CARILLON_TEST_STRAVA_PORT = String(ports.strava);
  process.env.CARILLON_TEST_CHAIN_PORT = String(ports.chain);
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      server.close(() =>
        bound !== null && typeof bound === 'object' ? resolve(bound.port) : reject(new Error('no port')),
      );
    });
  });
