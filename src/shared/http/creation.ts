import { createHash, randomUUID } from 'node:crypto';
import { InvalidRequest } from '../errors.ts';

/**
 * The identity of what a request creates. With an `Idempotency-Key` the id is a function of caller, route and key, so that the
 * same request twice is the same row twice and one conditional write settles it; the fingerprint tells a repeat from a misuse.
 */
export interface Creation {
  readonly id: string;
  readonly fingerprint: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** RFC 9562, version 8: 122 bits of our own. */
function uuidFrom(bytes: Buffer): string {
  const id = Buffer.from(bytes.subarray(0, 16));
  id.writeUInt8((id.readUInt8(6) & 0x0f) | 0x80, 6);
  id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = id.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function creationFor(idempotencyKey: string | undefined, scope: string, body: unknown): Creation {
  const fingerprint = sha256(JSON.stringify(body) ?? '').toString('base64url');
  if (idempotencyKey === undefined) return { id: randomUUID(), fingerprint };
  if (idempotencyKey.length === 0 || idempotencyKey.length > 255) {
    throw new InvalidRequest([{ field: 'Idempotency-Key', reason: 'must have 1 to 255 characters' }]);
  }
  return { id: uuidFrom(sha256(`${scope}\n${idempotencyKey}`)), fingerprint };
}
