import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Tokens } from './connection.ts';

/** Keeps tokens so that nobody reads them who has the table but not the secret. */
export interface TokenVault {
  lock(tokens: Tokens, athleteId: number): string;
  /** Throws for what was altered, is another athlete's, or was locked with another secret. */
  unlock(locked: string, athleteId: number): Tokens;
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) with a random IV of 96 bits; the athlete's id is authenticated with it. The key is derived from `secret` for
 * this purpose alone (HKDF-SHA-256, RFC 5869).
 */
export function tokenVault(secret: string): TokenVault {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'carillon strava tokens', 32));
  const about = (athleteId: number) => Buffer.from(`athlete ${athleteId}`);
  return {
    lock(tokens, athleteId) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(about(athleteId));
      const text = Buffer.concat([cipher.update(JSON.stringify(tokens)), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
    },
    unlock(locked, athleteId) {
      const bytes = Buffer.from(locked, 'base64url');
      const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)];
      const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
        .setAAD(about(athleteId))
        .setAuthTag(tag);
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return Tokens.parse(JSON.parse(text.toString()));
    },
  };
}
