import * as z from 'zod';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { EmailTaken } from '../../users/user.ts';
import { CodeExpired, CodeWrong } from '../../users/verification.ts';
import type { AuthDeps } from '../auth-deps.ts';
import { TooManyAttempts } from '../auth-errors.ts';
import { confirmByEmail, waitingUserNames } from '../by-email.ts';
import { code, email, messageReply, userName } from './schemas.ts';

export const confirm = openRoute<AuthDeps>()(
  {
    method: 'POST',
    path: '/api/v1/auth/confirm',
    tag: 'auth',
    summary: 'Confirms an account with the code from the mail',
    params: nothing,
    query: nothing,
    body: z.strictObject({ email, code, user_name: userName }),
    replies: { 200: { description: 'The account is confirmed', schema: messageReply } },
    errors: [CodeWrong, CodeExpired, EmailTaken, TooManyAttempts],
  },
  async ({ body }, deps) => {
    const names = await waitingUserNames(body.email, body.user_name, deps.users);
    await confirmByEmail(names, body.code, deps);
    return { status: 200, body: { message: 'The account is confirmed. You can sign in.' } };
  },
);
