import { EmailMissing, emailIsBehind } from '../users/user.ts';
import { type ConfirmationDeps, confirmAccount } from './confirm-account.ts';
import { accountOf, type TriggerEvent } from './triggers/trigger.ts';

/**
 * Stores the sign-in, and makes good what is missing of the person: an account that an administrator made has never been
 * confirmed by a code, a confirmation may have stopped halfway, and the email may have changed in the pool.
 */
export async function postAuthentication(event: TriggerEvent, deps: ConfirmationDeps, now: Date) {
  const account = accountOf(event);
  if (!account) throw new EmailMissing();
  const person = await deps.users.recordSignIn(account.id, now);
  const whole = person && account.knownUserId === account.id && !emailIsBehind(person, account);
  if (!whole) await confirmAccount(account, deps, now);
  if (!person) await deps.users.recordSignIn(account.id, now);
  return {};
}
