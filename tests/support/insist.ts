import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../acceptance/person.ts';

/** A request that is repeated where a busy machine gave up on it, as an app would. */
export async function insist(request: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await request().catch(unlessUnreachable);
    if (answer && answer.status < 500) return answer;
    await sleep(1000);
  }
}

/** What fetch says of a connection that was refused or reset. */
const unlessUnreachable = (error: unknown): undefined => {
  if (!(error instanceof TypeError)) throw error;
};
