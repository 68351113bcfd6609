import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { problem } from '../shared/errors.ts';

/** The channels whose address a person proves with a code of ours; the email's is the pool's. */
export const VerifiedChannel = z.enum(['sms', 'discord']);
export type VerifiedChannel = z.infer<typeof VerifiedChannel>;

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;
const COOL_DOWN = 60 * SECOND;
const VALID_FOR = 600 * SECOND;
const CODES_A_DAY = 5;
const ATTEMPTS_A_CODE = 5;

/** A code that was sent to an address: never the code, only what tells whether another one is the same. */
export const Verification = z.object({
  address: z.string(),
  digest: z.string(),
  attempts: z.number().int(),
  sent_at: z.iso.datetime(),
  valid_until: z.iso.datetime(),
  /** The day of the daily cap begins with its first code. */
  day_began_at: z.iso.datetime(),
  codes_that_day: z.number().int(),
  used_at: z.iso.datetime().optional(),
  /** Unix seconds; the row outlives the code because it carries the daily cap. */
  expires_at: z.number().int(),
});
export type Verification = z.infer<typeof Verification>;

/** 429: the next code may be sent in `retryAfterSeconds`. */
export class CodesLimited extends problem('codes-limited', 429, 'A code was sent a moment ago, or too many today') {
  override readonly retryAfterSeconds: number;
  constructor(detail?: string, retryAfterSeconds = COOL_DOWN / SECOND) {
    super(detail ?? `The next code can be sent in ${retryAfterSeconds} seconds`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
export class NoCodePending extends problem(
  'no-code-pending',
  409,
  'No code was sent for this address, or it is used',
) {}
export class CodeExpired extends problem('code-expired', 400, 'The code is no longer valid; ask for another one') {}
export class CodeWrong extends problem('code-wrong', 400, 'The code is not the one that was sent') {}
export class CodeWornOut extends problem('code-worn-out', 400, 'Too many wrong codes; ask for another one') {}

/** Six digits, each as likely as any other. */
export const drawCode = () => String(randomInt(1_000_000)).padStart(6, '0');

interface CodeFor {
  readonly userId: string;
  readonly channel: VerifiedChannel;
  readonly address: string;
  readonly code: string;
}

/** Six digits are quickly tried out against a plain hash, so the digest is keyed with the installation's secret. */
function digest(secret: string, { userId, channel, address, code }: CodeFor): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([userId, channel, address, code]))
    .digest('base64url');
}

/** The record of a code about to be sent. Throws CodesLimited within a minute of the one before, or after five in a day. */
export function issueCode(previous: Verification | undefined, to: CodeFor, secret: string, now: Date): Verification {
  const at = now.getTime();
  const dayBegan = previous ? Date.parse(previous.day_began_at) : at;
  const sameDay = previous !== undefined && at < dayBegan + DAY;
  const earliest = Math.max(
    previous ? Date.parse(previous.sent_at) + COOL_DOWN : at,
    sameDay && previous.codes_that_day >= CODES_A_DAY ? dayBegan + DAY : at,
  );
  if (at < earliest) throw new CodesLimited(undefined, Math.ceil((earliest - at) / SECOND));
  const began = sameDay ? dayBegan : at;
  return {
    address: to.address,
    digest: digest(secret, to),
    attempts: 0,
    sent_at: now.toISOString(),
    valid_until: new Date(at + VALID_FOR).toISOString(),
    day_began_at: new Date(began).toISOString(),
    codes_that_day: sameDay ? previous.codes_that_day + 1 : 1,
    expires_at: Math.ceil((began + DAY) / SECOND),
  };
}

/** The address that the code proves; `verification` already counts this attempt. Throws the reason when it proves none. */
export function checkCode(
  verification: Verification,
  given: Omit<CodeFor, 'address'>,
  secret: string,
  now: Date,
): string {
  if (verification.attempts > ATTEMPTS_A_CODE) throw new CodeWornOut();
  if (now.getTime() >= Date.parse(verification.valid_until)) throw new CodeExpired();
  const expected = Buffer.from(verification.digest);
  const actual = Buffer.from(digest(secret, { ...given, address: verification.address }));
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) throw new CodeWrong();
  return verification.address;
}
