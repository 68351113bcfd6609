import {
  type AuthenticationResultType,
  CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  ForgotPasswordCommand,
  InitiateAuthCommand,
  ResendConfirmationCodeCommand,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import * as z from 'zod';
import { PasswordChangeRequired } from './auth-errors.ts';
import { translateError } from './translate-error.ts';

interface Registration {
  /** The `sub`. */
  readonly userId: string;
  /** True where the installation asks for no code. */
  readonly confirmed: boolean;
}

export interface Tokens {
  readonly userId: string;
  readonly idToken: string;
  readonly accessToken: string;
  /** Absent when the tokens were themselves got by refreshing: the old one goes on. */
  readonly refreshToken: string | undefined;
  /** Seconds. */
  readonly expiresIn: number;
  readonly tokenType: string;
}

/** Who keeps the passwords. Every call throws the named errors of auth-errors.ts, EmailTaken or InvalidRequest. */
export interface IdentityProvider {
  register(userName: string, email: string, password: string): Promise<Registration>;
  confirm(userName: string, code: string): Promise<void>;
  resendCode(userName: string): Promise<void>;
  /** `newPassword` is for an account whose first password an administrator chose. */
  signIn(login: string, password: string, newPassword: string | undefined): Promise<Tokens>;
  refresh(refreshToken: string): Promise<Tokens>;
  sendResetCode(login: string): Promise<void>;
  resetPassword(login: string, code: string, password: string): Promise<void>;
}

/** The calls are the pool's public ones: they go out unsigned and need no permission. */
export function cognitoIdentityProvider(clientId: string): IdentityProvider {
  const client = new CognitoIdentityProviderClient({});

  return {
    register: (userName, email, password) =>
      translated(async () => {
        const UserAttributes = [{ Name: 'email', Value: email }];
        const answer = await client.send(
          new SignUpCommand({ ClientId: clientId, Username: userName, Password: password, UserAttributes }),
        );
        return { userId: z.string().parse(answer.UserSub), confirmed: answer.UserConfirmed === true };
      }),

    confirm: (userName, code) =>
      translated(async () => {
        await client.send(new ConfirmSignUpCommand({ ClientId: clientId, Username: userName, ConfirmationCode: code }));
      }),

    resendCode: (userName) =>
      translated(async () => {
        await client.send(new ResendConfirmationCodeCommand({ ClientId: clientId, Username: userName }));
      }),

    signIn: (login, password, newPassword) =>
      translated(async () => {
        const answer = await client.send(
          new InitiateAuthCommand({
            ClientId: clientId,
            AuthFlow: 'USER_PASSWORD_AUTH',
            AuthParameters: { USERNAME: login, PASSWORD: password },
          }),
        );
        if (answer.ChallengeName === undefined) return tokensFrom(answer.AuthenticationResult);
        if (answer.ChallengeName !== 'NEW_PASSWORD_REQUIRED' || newPassword === undefined) {
          throw new PasswordChangeRequired();
        }
        const userName = answer.ChallengeParameters?.USER_ID_FOR_SRP ?? login;
        const changed = await client.send(
          new RespondToAuthChallengeCommand({
            ClientId: clientId,
            ChallengeName: 'NEW_PASSWORD_REQUIRED',
            Session: answer.Session,
            ChallengeResponses: { USERNAME: userName, NEW_PASSWORD: newPassword },
          }),
        );
        return tokensFrom(changed.AuthenticationResult);
      }),

    refresh: (refreshToken) =>
      translated(async () => {
        const answer = await client.send(
          new InitiateAuthCommand({
            ClientId: clientId,
            AuthFlow: 'REFRESH_TOKEN_AUTH',
            AuthParameters: { REFRESH_TOKEN: refreshToken },
          }),
        );
        return tokensFrom(answer.AuthenticationResult);
      }),

    sendResetCode: (login) =>
      translated(async () => {
        await client.send(new ForgotPasswordCommand({ ClientId: clientId, Username: login }));
      }),

    resetPassword: (login, code, password) =>
      translated(async () => {
        await client.send(
          new ConfirmForgotPasswordCommand({
            ClientId: clientId,
            Username: login,
            ConfirmationCode: code,
            Password: password,
          }),
        );
      }),
  };
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateError(error);
  }
}

const Result = z.object({
  IdToken: z.string(),
  AccessToken: z.string(),
  RefreshToken: z.string().optional(),
  ExpiresIn: z.number(),
  TokenType: z.string(),
});

/** Comes straight from the pool, so there is nothing to verify. */
const subjectOf = (idToken: string) =>
  z.object({ sub: z.string() }).parse(JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())).sub;

function tokensFrom(result: AuthenticationResultType | undefined): Tokens {
  const { IdToken, AccessToken, RefreshToken, ExpiresIn, TokenType } = Result.parse(result);
  return {
    userId: subjectOf(IdToken),
    idToken: IdToken,
    accessToken: AccessToken,
    refreshToken: RefreshToken,
    expiresIn: ExpiresIn,
    tokenType: TokenType,
  };
}
