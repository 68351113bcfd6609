import { createHmac, timingSafeEqual } from 'node:crypto';

/** Hands a value out as text that comes back unaltered, or not at all. What is in it can be read. */
export interface Seal {
  seal(purpose: string, value: unknown): string;
  /** Undefined for what was not sealed with this secret and for this purpose. */
  open(purpose: string, text: string): unknown;
  /** The same for a text of the characters of base64url, as short as can be. */
  sealText(purpose: string, text: string): string;
  openText(purpose: string, sealed: string): string | undefined;
}

/** Signed with 128 bits of an HMAC-SHA-256; safe in a path. */
export function sealWith(secret: string): Seal {
  const sign = (purpose: string, text: string) =>
    createHmac('sha256', secret).update(`${purpose}\n${text}`).digest().subarray(0, 16).toString('base64url');
  const sealText: Seal['sealText'] = (purpose, text) => `${text}.${sign(purpose, text)}`;
  const openText: Seal['openText'] = (purpose, sealed) => {
    const [text = ''] = sealed.split('.', 1);
    // As text: the last character of 128 bits in base64url has bits to spare, and so several spellings.
    const given = Buffer.from(sealed);
    const expected = Buffer.from(sealText(purpose, text));
    return given.length === expected.length && timingSafeEqual(given, expected) ? text : undefined;
  };
  return {
    sealText,
    openText,
    seal: (purpose, value) => sealText(purpose, Buffer.from(JSON.stringify(value)).toString('base64url')),
    open(purpose, sealed) {
      const text = openText(purpose, sealed);
      return text === undefined ? undefined : JSON.parse(Buffer.from(text, 'base64url').toString());
    },
  };
}
