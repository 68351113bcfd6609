import * as z from 'zod';
import { nothing, openRoute } from '../../shared/http/route.ts';
import type { AuthDeps } from '../auth-deps.ts';
import { AlreadyConfirmed, MailNotSent, TooManyAttempts } from '../auth-errors.ts';
import { waitingUserNames } from '../by-email.ts';
import { email, messageReply, userName } from './schemas.ts';

export const resendCode = openRoute<AuthDeps>()(
  {
    method: 'POST',
    path: '/api/v1/auth/resend-code',
    tag: 'auth',
    summary: 'Sends another code to an email that waits to be confirmed',
    params: nothing,
    query: nothing,
    body: z.strictObject({ email, user_name: userName }),
    replies: { 202: { description: 'The same answer whether somebody waits or not', schema: messageReply } },
    errors: [AlreadyConfirmed, TooManyAttempts, MailNotSent],
  },
  async ({ body }, { users, identities }) => {
    const [newest] = await waitingUserNames(body.email, body.user_name, users);
    if (newest !== undefined) await identities.resendCode(newest);
    return { status: 202, body: { message: 'If an account waits for this email, a code is on its way.' } };
  },
);
