import * as z from 'zod';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { CodeExpired, CodeWrong } from '../../users/verification.ts';
import type { AuthDeps } from '../auth-deps.ts';
import { TooManyAttempts } from '../auth-errors.ts';
import { code, email, messageReply, password } from './schemas.ts';

export const resetPassword = openRoute<AuthDeps>()(
  {
    method: 'POST',
    path: '/api/v1/auth/reset-password',
    tag: 'auth',
    summary: 'Sets a new password with the code from the mail',
    params: nothing,
    query: nothing,
    body: z.strictObject({ email, code, password }),
    replies: { 200: { description: 'The password is changed', schema: messageReply } },
    errors: [CodeWrong, CodeExpired, TooManyAttempts],
  },
  async ({ body }, { identities }) => {
    await identities.resetPassword(body.email, body.code, body.password);
    return { status: 200, body: { message: 'The password is changed. You can sign in with it.' } };
  },
);
