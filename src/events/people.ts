import { chunks } from '../shared/chunks.ts';
import type { UserStore } from '../users/user-store.ts';

/** What events ask about accounts. */
export interface People {
  /** Whether this very moment there is such an account: a token outlives its own by up to an hour. */
  hasAccount(userId: string): Promise<boolean>;
  /** Those of the users who have an account. */
  existing(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Who has verified which of the addresses; the keys are the addresses as given. */
  idsByEmail(emails: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Reads in flight at once. */
const TOGETHER = 50;

export function peopleOf(users: Pick<UserStore, 'find' | 'findMany' | 'findIdByEmail'>): People {
  return {
    hasAccount: async (userId) => (await users.find(userId)) !== undefined,
    async existing(userIds) {
      return new Set((await users.findMany(userIds)).keys());
    },
    async idsByEmail(emails) {
      const found = new Map<string, string>();
      const look = async (email: string) => {
        const userId = await users.findIdByEmail(email);
        if (userId !== undefined) found.set(email, userId);
      };
      for (const together of chunks(emails, TOGETHER)) await Promise.all(together.map(look));
      return found;
    },
  };
}
