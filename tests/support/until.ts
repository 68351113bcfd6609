import { setTimeout as sleep } from 'node:timers/promises';

/** What is found when it is there; a busy machine may need all of the seconds. */
export async function until<T>(what: string, look: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}
