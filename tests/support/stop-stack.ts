import { rmSync } from 'node:fs';
import * as z from 'zod';
import { stopEmulator } from '../../local/emulator.ts';
import type { Home } from '../../local/home.ts';

const StartedHome = z.object({ dir: z.string(), port: z.number(), stage: z.string() });

/** After the acceptance tests, whatever came of them: nothing is left of what `start-stack.ts` started. */
export default async function stopStack(): Promise<void> {
  const started = process.env.CARILLON_TEST_HOME;
  if (started !== undefined) await takeDown(StartedHome.parse(JSON.parse(started)));
}

export const takeDown = async (home: Home): Promise<void> => {
  await stopEmulator(home);
  rmSync(home.dir, { recursive: true, force: true });
};
