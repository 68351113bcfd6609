import { expect, it } from '@jest/globals';
import { translateError } from '../../src/auth/translate-error.ts';
import { DomainError, InvalidRequest } from '../../src/shared/errors.ts';

/** Names and messages as Cognito words them. */
function refusal(name: string, message: string): unknown {
  return translateError(Object.assign(new Error(message), { name }));
}

it.each([
  ['NotAuthorizedException', 'Incorrect username or password.', 401, 'wrong-credentials'],
  ['NotAuthorizedException', 'User is disabled.', 401, 'wrong-credentials'],
  ['NotAuthorizedException', 'Invalid Refresh Token', 401, 'session-ended'],
  ['NotAuthorizedException', 'Refresh Token has been revoked', 401, 'session-ended'],
  ['NotAuthorizedException', 'Password attempts exceeded', 429, 'too-many-attempts'],
  ['NotAuthorizedException', 'User cannot be confirmed. Current status is CONFIRMED', 409, 'already-confirmed'],
  ['NotAuthorizedException', 'User password cannot be reset in the current state.', 409, 'reset-impossible'],
  ['UserNotFoundException', 'User does not exist.', 401, 'wrong-credentials'],
  ['UserNotConfirmedException', 'User is not confirmed.', 403, 'not-confirmed'],
  ['PasswordResetRequiredException', 'Password reset required for the user', 403, 'password-reset-required'],
  ['CodeMismatchException', 'Invalid verification code provided, please try again.', 400, 'code-wrong'],
  ['ExpiredCodeException', 'Invalid code provided, please request a code again.', 400, 'code-expired'],
  ['LimitExceededException', 'Attempt limit exceeded, please try after some time.', 429, 'too-many-attempts'],
  ['TooManyRequestsException', 'Rate exceeded', 429, 'too-many-attempts'],
  ['UsernameExistsException', 'User already exists', 409, 'already-registered'],
  ['AliasExistsException', 'An account with the email already exists.', 409, 'email-taken'],
  ['InvalidParameterException', 'User is already confirmed.', 409, 'already-confirmed'],
  [
    'UserLambdaValidationException',
    'PreSignUp failed with error Another user has verified this email.',
    409,
    'email-taken',
  ],
])('%s (%s) is a %i %s', (name, message, status, slug) => {
  const error = refusal(name, message);
  expect(error).toBeInstanceOf(DomainError);
  expect(error).toMatchObject({ problem: { status, slug } });
});

it('a refused password says which rule it breaks', () => {
  const error = refusal(
    'InvalidPasswordException',
    'Password did not conform with policy: Password must have uppercase characters',
  );
  expect(error).toBeInstanceOf(InvalidRequest);
  expect(error).toMatchObject({ errors: [{ field: 'password', reason: 'must have uppercase characters' }] });
});

it('anything else stays what it is, and so becomes a 500 that tells nothing', () => {
  const error = Object.assign(new Error('User: arn:aws:… is not authorized'), { name: 'AccessDeniedException' });
  expect(translateError(error)).toBe(error);
});
