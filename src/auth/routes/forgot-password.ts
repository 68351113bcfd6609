import * as z from 'zod';
import { nothing, openRoute } from '../../shared/http/route.ts';
import type { AuthDeps } from '../auth-deps.ts';
import { MailNotSent, ResetImpossible, TooManyAttempts } from '../auth-errors.ts';
import { email, messageReply } from './schemas.ts';

export const forgotPassword = openRoute<AuthDeps>()(
  {
    method: 'POST',
    path: '/api/v1/auth/forgot-password',
    tag: 'auth',
    summary: 'Sends a code for choosing a new password',
    params: nothing,
    query: nothing,
    body: z.strictObject({ email }),
    replies: { 202: { description: 'The same answer whether the email is known or not', schema: messageReply } },
    errors: [ResetImpossible, TooManyAttempts, MailNotSent],
  },
  async ({ body }, { identities }) => {
    await identities.sendResetCode(body.email);
    return { status: 202, body: { message: 'If the email belongs to an account, a code is on its way.' } };
  },
);
