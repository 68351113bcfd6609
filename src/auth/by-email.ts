import { DomainError } from '../shared/errors.ts';
import { CodeExpired, CodeWrong } from '../users/verification.ts';
import type { AuthDeps } from './auth-deps.ts';
import { AlreadyConfirmed, NotConfirmed, TooManyAttempts, WrongCredentials } from './auth-errors.ts';
import type { Tokens } from './identity-provider.ts';

/** Each sign-up that is tried is one call of the pool; more than this wait for one email only when somebody plays with it. */
const MOST = 10;

interface Confirming {
  readonly identities: Pick<AuthDeps['identities'], 'confirm'>;
}

/** The sign-ups that wait for an email, the newest first, at most ten; only the named one when a name is given. */
export async function waitingUserNames(
  email: string,
  userName: string | undefined,
  users: AuthDeps['users'],
): Promise<string[]> {
  const names = (await users.findByEmail(email)).signUps.map((each) => each.user_name);
  const meant = names.filter((name) => userName === undefined || name === userName);
  // The newest, and the oldest: who was there first is not pushed out by others who come after.
  return meant.length <= MOST ? meant : [...meant.slice(0, MOST / 2), ...meant.slice(-MOST / 2)];
}

/**
 * Confirms the sign-up that the code was sent for. An email is no login before it is verified, and several people may have
 * signed up with it, so the code decides which of them it is; attempts that somebody has used up on one sign-up are in no other's
 * way. Throws CodeWrong when it is nobody's, CodeExpired or TooManyAttempts when it may have been somebody's.
 */
export async function confirmByEmail(userNames: readonly string[], code: string, deps: Confirming): Promise<void> {
  let best: DomainError = new CodeWrong();
  for (const userName of userNames) {
    const refusal = await refusalOf(() => deps.identities.confirm(userName, code));
    if (!refusal) return;
    const saysMore = refusal instanceof TooManyAttempts && !(best instanceof CodeExpired);
    if (refusal instanceof CodeExpired || saysMore) best = refusal;
  }
  throw best;
}

/** Undefined when it went well; what is not about this one sign-up is thrown. */
async function refusalOf(confirm: () => Promise<void>): Promise<DomainError | undefined> {
  try {
    await confirm();
    return undefined;
  } catch (error) {
    const passing = [CodeWrong, CodeExpired, AlreadyConfirmed, TooManyAttempts, WrongCredentials];
    if (error instanceof DomainError && passing.some((kind) => error instanceof kind)) return error;
    throw error;
  }
}

/** Signs in by email. An email that nobody has verified yet is no login: who waits with it gets NotConfirmed instead. */
export async function signInByEmail(
  email: string,
  password: string,
  newPassword: string | undefined,
  { identities, users }: AuthDeps,
): Promise<Tokens> {
  try {
    return await identities.signIn(email, password, newPassword);
  } catch (error) {
    if (!(error instanceof WrongCredentials)) throw error;
    const { ownerId, signUps } = await users.findByEmail(email);
    throw ownerId === undefined && signUps.length > 0 ? new NotConfirmed() : error;
  }
}
