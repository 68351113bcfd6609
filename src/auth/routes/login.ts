import * as z from 'zod';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { AccountLeaving } from '../../users/user.ts';
import type { AuthDeps } from '../auth-deps.ts';
import {
  NotConfirmed,
  PasswordChangeRequired,
  PasswordResetRequired,
  TooManyAttempts,
  WrongCredentials,
} from '../auth-errors.ts';
import { signInByEmail } from '../by-email.ts';
import { email, password, signedIn, tokensReply } from './schemas.ts';

export const login = openRoute<AuthDeps>()(
  {
    method: 'POST',
    path: '/api/v1/auth/login',
    tag: 'auth',
    summary: 'Signs in with email and password',
    params: nothing,
    query: nothing,
    body: z.strictObject({ email, password, new_password: password.optional() }),
    replies: { 200: { description: 'Signed in', schema: tokensReply } },
    errors: [
      WrongCredentials,
      NotConfirmed,
      PasswordChangeRequired,
      PasswordResetRequired,
      AccountLeaving,
      TooManyAttempts,
    ],
  },
  async ({ body }, deps) => {
    const tokens = await signInByEmail(body.email, body.password, body.new_password, deps);
    return signedIn(tokens, tokens.refreshToken ?? '');
  },
);
