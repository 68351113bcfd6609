import { InvalidRequest } from '../shared/errors.ts';
import { AccountLeaving, EmailMissing, EmailTaken } from '../users/user.ts';
import { CodeExpired, CodeWrong } from '../users/verification.ts';
import {
  AlreadyConfirmed,
  AlreadyRegistered,
  MailNotSent,
  NotConfirmed,
  PasswordResetRequired,
  ResetImpossible,
  SessionEnded,
  TooManyAttempts,
  WrongCredentials,
} from './auth-errors.ts';

/** What our own triggers refuse with: the pool wraps it as `<trigger> failed with error <message>.` */
const REFUSALS = [EmailTaken, EmailMissing, AccountLeaving];

/**
 * Turns an error of the pool into one of ours; what is not in the list stays as it is and becomes a 500. Names and messages:
 * Cognito API reference, "Errors" of each action.
 */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  switch (name) {
    case 'NotAuthorizedException':
      if (/refresh token|token has been revoked/i.test(message)) return new SessionEnded();
      if (/cannot be confirmed/i.test(message)) return new AlreadyConfirmed();
      if (/cannot be reset/i.test(message)) return new ResetImpossible();
      if (/attempts exceeded/i.test(message)) return new TooManyAttempts();
      return new WrongCredentials();
    case 'UserNotFoundException':
      return new WrongCredentials();
    case 'UserNotConfirmedException':
      return new NotConfirmed();
    case 'PasswordResetRequiredException':
      return new PasswordResetRequired();
    case 'CodeMismatchException':
      return new CodeWrong();
    case 'ExpiredCodeException':
      return new CodeExpired();
    case 'LimitExceededException':
    case 'TooManyRequestsException':
    case 'TooManyFailedAttemptsException':
      return new TooManyAttempts();
    case 'CodeDeliveryFailureException':
      return new MailNotSent();
    case 'InvalidPasswordException':
    case 'PasswordHistoryPolicyViolationException':
      return new InvalidRequest([{ field: 'password', reason: passwordRule(message) }]);
    case 'UsernameExistsException':
      return new AlreadyRegistered();
    case 'AliasExistsException':
      return new EmailTaken();
    case 'InvalidParameterException':
      return invalidParameter(message);
    case 'UserLambdaValidationException': {
      const Refusal = REFUSALS.find(({ problem }) => message.includes(problem.title));
      return Refusal ? new Refusal() : error;
    }
    default:
      return error;
  }
}

/** `Password did not conform with policy: Password must have uppercase characters` says what is wrong at its end. */
function passwordRule(message: string): string {
  const rule = message.split('policy: ')[1] ?? 'is not one that the policy allows';
  return rule.replaceAll(/\bPassword (?=must)/g, '');
}

function invalidParameter(message: string): unknown {
  if (/already confirmed/i.test(message)) return new AlreadyConfirmed();
  if (/cannot reset password/i.test(message)) return new ResetImpossible();
  const field = /password/i.test(message) ? 'password' : /email/i.test(message) ? 'email' : 'body';
  return new InvalidRequest([{ field, reason: 'is not of the form that the user pool accepts' }]);
}
