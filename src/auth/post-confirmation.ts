import { EmailMissing } from '../users/user.ts';
import { type ConfirmationDeps, confirmAccount } from './confirm-account.ts';
import { accountOf, type TriggerEvent } from './triggers/trigger.ts';

/** Makes a person of a confirmed sign-up. The pool calls it after a reset password too, when there is nothing to do. */
export async function postConfirmation(event: TriggerEvent, deps: ConfirmationDeps, now: Date) {
  if (event.triggerSource !== 'PostConfirmation_ConfirmSignUp') return {};
  const account = accountOf(event);
  if (!account) throw new EmailMissing();
  await confirmAccount(account, deps, now);
  return {};
}
