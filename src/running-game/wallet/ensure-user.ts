import { InvalidRequest } from '../../shared/errors.ts';
import type { Accounts } from '../../users/still-here.ts';

export const noSuchUser = () => new InvalidRequest([{ field: 'user_id', reason: 'is not a user here' }]);

/** Throws InvalidRequest that names `user_id` where there is no such account. */
export async function ensureUser(users: Accounts, userId: string): Promise<void> {
  if (!(await users.find(userId))) throw noSuchUser();
}
