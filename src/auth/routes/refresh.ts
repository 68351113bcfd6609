import * as z from 'zod';
import { nothing, openRoute } from '../../shared/http/route.ts';
import type { AuthDeps } from '../auth-deps.ts';
import { SessionEnded, TooManyAttempts } from '../auth-errors.ts';
import { signedIn, tokensReply } from './schemas.ts';

export const refresh = openRoute<AuthDeps>()(
  {
    method: 'POST',
    path: '/api/v1/auth/refresh',
    tag: 'auth',
    summary: 'Exchanges a refresh token for new tokens',
    params: nothing,
    query: nothing,
    body: z.strictObject({ refresh_token: z.string().min(1).max(8192) }),
    replies: { 200: { description: 'New tokens; the refresh token goes on', schema: tokensReply } },
    errors: [SessionEnded, TooManyAttempts],
  },
  async ({ body }, { identities }) => {
    const tokens = await identities.refresh(body.refresh_token);
    return signedIn(tokens, tokens.refreshToken ?? body.refresh_token);
  },
);
