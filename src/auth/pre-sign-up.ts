import { EmailMissing, EmailTaken, signUp } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import type { TriggerEvent } from './triggers/trigger.ts';

interface PreSignUpDeps {
  readonly users: UserStore;
  /** The operator has switched the code off: whoever signs up has an account at once. */
  readonly withoutCode: boolean;
}

/**
 * Saves who signs up. Throws EmailMissing, and EmailTaken when another user has verified the email; several may wait to verify
 * the same one. What an administrator creates is not refused here: the pool itself keeps its aliases unique.
 */
export async function preSignUp(event: TriggerEvent, deps: PreSignUpDeps, now: Date) {
  const email = event.request.userAttributes.email?.trim();
  const byAdministrator = event.triggerSource === 'PreSignUp_AdminCreateUser';
  if (!byAdministrator) {
    if (!email) throw new EmailMissing();
    if ((await deps.users.findIdByEmail(email)) !== undefined) throw new EmailTaken();
  }
  if (email) await deps.users.saveSignUp(signUp(event.userName, email, now));
  const atOnce = deps.withoutCode && event.triggerSource === 'PreSignUp_SignUp';
  return atOnce ? { autoConfirmUser: true, autoVerifyEmail: true } : {};
}
