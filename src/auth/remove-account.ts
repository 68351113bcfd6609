import type { UserStore } from '../users/user-store.ts';
import type { PoolDirectory } from './pool-directory.ts';

/** A domain that can remove all that it keeps of a user. Safe to repeat. */
export interface Forgetter {
  forgetUser(userId: string): Promise<void>;
}

export interface RemovalDeps {
  readonly users: Pick<UserStore, 'markLeaving' | 'remove'>;
  readonly pool: Pick<PoolDirectory, 'remove'>;
  /** In this order. */
  readonly forgetters: readonly Forgetter[];
}

/**
 * Removes a person everywhere. First their addresses go, so that nothing on its way reaches them; the row that says whom we are
 * removing goes last, so that whatever stopped a removal, asking again finishes it.
 */
export async function removeAccount(userId: string, deps: RemovalDeps, now: Date): Promise<void> {
  const leaving = await deps.users.markLeaving(userId, now);
  for (const each of deps.forgetters) await each.forgetUser(userId);
  await deps.pool.remove(leaving?.user_name ?? userId);
  if (leaving) await deps.users.remove(leaving);
}
