import * as z from 'zod';
import { nothing, openRoute } from '../../shared/http/route.ts';
import { EmailTaken } from '../../users/user.ts';
import type { AuthDeps } from '../auth-deps.ts';
import { AlreadyRegistered, MailNotSent, TooManyAttempts } from '../auth-errors.ts';
import { email, password } from './schemas.ts';

const registered = z.object({
  user_id: z.string(),
  user_name: z.string(),
  email: z.string(),
  status: z.enum(['UNCONFIRMED', 'CONFIRMED']),
});

export const register = openRoute<AuthDeps>()(
  {
    method: 'POST',
    path: '/api/v1/auth/register',
    tag: 'auth',
    summary: 'Asks for an account; a code goes to the email',
    params: nothing,
    query: nothing,
    body: z.strictObject({ email, password }),
    replies: { 201: { description: 'The account, waiting for its code', schema: registered } },
    errors: [EmailTaken, AlreadyRegistered, TooManyAttempts, MailNotSent],
  },
  async ({ body, creation }, { identities }) => {
    const { userId, confirmed } = await identities.register(creation.id, body.email, body.password);
    return {
      status: 201,
      headers: { location: `/api/v1/users/${userId}` },
      body: {
        user_id: userId,
        user_name: creation.id,
        email: body.email,
        status: confirmed ? 'CONFIRMED' : 'UNCONFIRMED',
      },
    };
  },
);
