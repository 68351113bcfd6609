import { createHmac, timingSafeEqual } from 'node:crypto';

/** Hands a value out as text that comes back unaltered, or not at all. What is in it can be read. */
export interface Seal {
  seal(purpose: string, value: unknown): string;
  /** Undefined for what was not sealed with this secret and for this purpose. */
  open(purpose: string, text: string): unknown;
}

/** Signed with 128 bits of an HMAC-SHA-256; safe in a path. */
export function sealWith(secret: string): Seal {
  const sign = (purpose: string, text: string) =>
    createHmac('sha256', secret).update(`${purpose}\n${text}`).digest().subarray(0, 16).toString('base64url');
  return {
    seal(purpose, value) {
      const text = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${text}.${sign(purpose, text)}`;
    },
    open(purpose, sealed) {
      const [text = ''] = sealed.split('.', 1);
      // As text: the last character of 128 bits in base64url has bits to spare, and so several spellings.
      const given = Buffer.from(sealed);
      const expected = Buffer.from(`${text}.${sign(purpose, text)}`);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return JSON.parse(Buffer.from(text, 'base64url').toString());
    },
  };
}
