import { problem } from '../shared/errors.ts';

export class WrongCredentials extends problem('wrong-credentials', 401, 'Email and password do not match') {}
export class SessionEnded extends problem(
  'session-ended',
  401,
  'The refresh token is no longer valid; sign in again',
) {}
export class NotConfirmed extends problem('not-confirmed', 403, 'The account waits for the code from the mail') {}
export class PasswordChangeRequired extends problem(
  'password-change-required',
  403,
  'Choose a password of your own: sign in once with "new_password" as well',
) {}
export class PasswordResetRequired extends problem(
  'password-reset-required',
  403,
  'An administrator asks you to reset your password',
) {}
export class TooManyAttempts extends problem('too-many-attempts', 429, 'Too many attempts; wait a while') {}
export class AlreadyRegistered extends problem('already-registered', 409, 'This request has made an account already') {}
export class AlreadyConfirmed extends problem('already-confirmed', 409, 'The account is confirmed already') {}
export class ResetImpossible extends problem(
  'reset-impossible',
  409,
  'The password of this account cannot be reset by mail',
) {}
export class MailNotSent extends problem('mail-not-sent', 503, 'The mail with the code could not be sent; try again') {}
