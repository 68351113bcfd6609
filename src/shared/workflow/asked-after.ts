import { hashOf } from '../shard.ts';
import { MINUTE } from '../time.ts';

/** Minutes within which nearly everything has been delivered. */
const PATIENCE = 15;

/** Something that has an execution, since `due` (instant, ISO 8601 UTC). */
interface Open {
  readonly id: string;
  readonly due: string;
}

/**
 * Whether the pass of a sweep at `now` asks for the execution of something that is open: in each pass at first, and once in 15 minutes
 * when it is older than that, because by then it most likely waits for hours, and Step Functions answers an account only some ten times a second
 * in the long run (Step Functions quotas, throttling by action). Which of the 15 minutes it is goes by the id, so that they share the work.
 */
export function isAskedAfter({ id, due }: Open, now: Date): boolean {
  if (now.getTime() - Date.parse(due) < PATIENCE * MINUTE) return true;
  return Math.floor(now.getTime() / MINUTE) % PATIENCE === hashOf(id) % PATIENCE;
}
