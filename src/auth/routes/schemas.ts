import * as z from 'zod';
import type { Tokens } from '../identity-provider.ts';

/** In lower case, as one mailbox has one account however it is spelt. Length: RFC 5321, section 4.5.3.1. */
export const email = z
  .string()
  .trim()
  .max(254)
  .pipe(z.email('must be an email address'))
  .transform((text) => text.toLowerCase());

/** The rules are the pool's, which names the one that is broken; 256 is the most that it takes. */
export const password = z.string().min(1).max(256);

export const code = z.string().trim().min(1).max(64);

/** Tells apart sign-ups that wait for the same email; the newest one is meant without it. */
export const userName = z.string().min(1).max(128).optional();

export const tokensReply = z.object({
  /** The id token: goes into `Authorization` of all other calls. */
  token: z.string(),
  access_token: z.string(),
  refresh_token: z.string(),
  /** Seconds. */
  expires_in: z.number().int(),
  token_type: z.string(),
  user_id: z.string(),
});

/** The answer to whoever has signed in; `refreshToken` is the one to go on with, which refreshing does not give anew. */
export const signedIn = (tokens: Tokens, refreshToken: string) => ({
  status: 200 as const,
  headers: { 'cache-control': 'no-store' },
  body: {
    token: tokens.idToken,
    access_token: tokens.accessToken,
    refresh_token: refreshToken,
    expires_in: tokens.expiresIn,
    token_type: tokens.tokenType,
    user_id: tokens.userId,
  } satisfies z.input<typeof tokensReply>,
});

export const messageReply = z.object({ message: z.string() });
