import { AccountLeaving, adoptEmail, confirmUser, emailIsBehind, type Identity } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import type { PoolDirectory } from './pool-directory.ts';

/** A domain in which people are invited by email before they have an account: what waits for the address becomes its owner's. Safe to repeat. */
interface InvitationLinker {
  linkInvitee(email: string, userId: string): Promise<void>;
}

export interface ConfirmationDeps {
  readonly users: UserStore;
  readonly pool: PoolDirectory;
  readonly invitations: readonly InvitationLinker[];
}

/** An account as the pool shows it to a trigger. */
export interface PoolAccount extends Identity {
  /** Our user id in the pool, which is written last: where it is, everything before it was done. */
  readonly knownUserId: string | undefined;
}

/**
 * Brings our side in line with an account that the pool has confirmed: the person, the claim of the email, the invitations, and
 * our id in the pool. Does what is missing, whatever an earlier run left. Throws EmailTaken when another user has verified the
 * email, AccountLeaving while the account is being removed.
 */
export async function confirmAccount(account: PoolAccount, deps: ConfirmationDeps, now: Date): Promise<void> {
  await settlePerson(account, deps.users, now);
  if (account.emailVerified)
    await Promise.all(deps.invitations.map((each) => each.linkInvitee(account.email, account.id)));
  if (account.knownUserId !== account.id) await deps.pool.writeUserId(account.userName, account.id);
}

async function settlePerson(account: PoolAccount, users: UserStore, now: Date): Promise<void> {
  const user = (await users.findUser(account.id)) ?? (await create(account, users, now));
  if (user?.status === 'CONFIRMED' && emailIsBehind(user, account)) {
    await users.moveEmail(user, adoptEmail(user, account, now));
  }
  if (user?.status === 'LEAVING') throw new AccountLeaving();
}

/** Undefined when the person was made; else the user whom another run has made meanwhile. */
async function create(account: PoolAccount, users: UserStore, now: Date) {
  const signedUp = await users.findSignUp(account.email, account.userName);
  const created = await users.createPerson(confirmUser(account, signedUp, now));
  return created ? undefined : users.findUser(account.id);
}
