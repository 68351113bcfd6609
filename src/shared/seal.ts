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
    createHmac('sha256', secret).update(`${purpose}\n${text}`).digest().subarray(0, 16);
  return {
    seal(purpose, value) {
      const text = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${text}.${sign(purpose, text).toString('base64url')}`;
    },
    open(purpose, sealed) {
      const [text = '', signature = ''] = sealed.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(purpose, text);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return JSON.parse(Buffer.from(text, 'base64url').toString());
    },
  };
}
