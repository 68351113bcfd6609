import { Forbidden } from '../shared/errors.ts';

/** Where accounts are looked up. */
export interface Accounts {
  find(id: string): Promise<object | undefined>;
}

/** Throws Forbidden to somebody who has left: a token outlives its account by up to an hour. */
export async function ensureStillHere(accounts: Accounts, userId: string): Promise<void> {
  if (!(await accounts.find(userId))) throw new Forbidden();
}
