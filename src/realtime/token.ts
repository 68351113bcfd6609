import { CognitoJwtVerifier } from 'aws-jwt-verify/cognito-verifier';
import { JwksValidationError, JwtBaseError } from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';

interface Pool {
  readonly poolId: string;
  readonly clientId: string;
  /** Where the pool shows its public keys. They are fetched once, and again for a key that is not among them, at most every ten seconds. */
  readonly keysUrl: string;
}

export interface Bearer {
  readonly userId: string;
  /** When the token ends. Unix seconds. */
  readonly endsAt: number;
}

/** Milliseconds; the handshake waits for it. */
const PATIENCE = 3_000;

async function download(url: string): Promise<ArrayBuffer> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`The pool's keys were answered with ${answer.status}`);
  return answer.arrayBuffer();
}

/**
 * Checks tokens of one pool and client, id and access tokens alike. What it makes answers whose token it is; undefined for one that
 * has expired, is another pool's or client's, is not signed by the pool, or is no token at all. It throws when the pool's keys cannot be had.
 */
export function tokenVerifier({ poolId, clientId, keysUrl }: Pool): (token: string) => Promise<Bearer | undefined> {
  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: () => download(keysUrl) } });
  const verifier = CognitoJwtVerifier.create({ userPoolId: poolId, clientId, tokenUse: null }, { jwksCache });
  return async (token) => {
    try {
      const { sub, exp } = await verifier.verify(token);
      return { userId: sub, endsAt: exp };
    } catch (error) {
      if (error instanceof JwtBaseError && !(error instanceof JwksValidationError)) return undefined;
      throw error;
    }
  };
}
