import type { Channel, SendResult } from '../channels/channel.ts';
import { REASON_EXPLANATIONS, type ReasonCode } from '../channels/outcome.ts';
import { InvalidRequest, NotFound, problem } from '../shared/errors.ts';
import type { Suppressions } from '../suppressions/suppression-store.ts';
import { type Person, setContactPoint } from './user.ts';
import type { UserStore } from './user-store.ts';
import { checkCode, issueCode, NoCodePending, type Verification, type VerifiedChannel } from './verification.ts';
import type { VerificationStore } from './verification-store.ts';

export class EmailIsThePools extends problem(
  'email-verified-by-sign-up',
  409,
  'The email is verified by signing up with it, not here',
) {}
export class NoPhone extends problem('no-phone', 409, 'There is no phone in the profile to send a code to') {}
export class PhoneStopped extends problem(
  'phone-stopped',
  409,
  'This phone has answered STOP; START, sent to the same number, lets codes through again',
) {}
export class AlreadyVerified extends problem('already-verified', 409, 'This address is verified already') {}
export class CodeNotSent extends problem('code-not-sent', 503, 'The code could not be sent; try again later') {}

export interface VerificationDeps {
  readonly users: UserStore;
  readonly codes: VerificationStore;
  readonly suppressions: Suppressions;
  readonly channels: Readonly<Record<VerifiedChannel, Channel<string>>>;
  /** Whether a webhook is one that this installation may call. */
  readonly isWebhook: (address: string) => boolean;
  /** Keys the digests of codes. */
  readonly secret: string;
  readonly drawCode: () => string;
  /** Told of a phone that a user has proved to be theirs, so that what waits for it finds them. Safe to repeat. */
  readonly phoneVerified: (phone: string, userId: string) => Promise<void>;
}

/**
 * Sends a code to the phone of the profile, or to the webhook that is given. Throws NoPhone, AlreadyVerified, PhoneStopped, CodesLimited,
 * InvalidRequest when the address is not one, CodeNotSent when the provider is out of order.
 */
export async function sendCode(
  userId: string,
  channel: VerifiedChannel,
  webhook: string | undefined,
  deps: VerificationDeps,
  now: Date,
): Promise<Verification> {
  const person = await personOf(userId, deps.users);
  const address = addressToVerify(person, channel, webhook, deps.isWebhook);
  const known = person.contact_points[channel];
  if (known?.address === address && known.verified_at !== undefined) throw new AlreadyVerified();
  if (channel === 'sms' && (await deps.suppressions.among(channel, [address])).size > 0) throw new PhoneStopped();
  const code = deps.drawCode();
  const previous = await deps.codes.findCode(userId, channel);
  const next = issueCode(previous, { userId, channel, address, code }, deps.secret, now);
  await deps.codes.saveCode(userId, channel, previous, next);
  // A verified address stays in use until the new one is verified too.
  if (channel === 'discord' && known?.verified_at === undefined) {
    await deps.users.change(userId, (current) => setContactPoint(current, channel, address, undefined, now));
  }
  const text = `Your Carillon code is ${code}. It is valid for ten minutes.`;
  const deliveryId = `code#${userId}#${channel}#${next.sent_at}`;
  assertSent(await deps.channels[channel].send(address, { subject: '', text, deliveryId }), channel);
  return next;
}

/**
 * Takes the code and verifies the address that it was sent to. Whoever waits for a phone is told before the code is used up, so that the
 * same code finishes what has died in between, and after that, for what came in between. Throws NoCodePending and the reasons of checkCode.
 */
export async function confirmCode(
  userId: string,
  channel: VerifiedChannel,
  code: string,
  deps: Pick<VerificationDeps, 'users' | 'codes' | 'secret' | 'phoneVerified'>,
  now: Date,
): Promise<Person> {
  const verification = await deps.codes.countAttempt(userId, channel);
  const address = checkCode(verification, { userId, channel, code }, deps.secret, now);
  const person = await personOf(userId, deps.users);
  if (channel === 'sms' && person.contact_points.sms?.address !== address) throw new NoCodePending();
  const verified = setContactPoint(person, channel, address, now, now);
  const tell = async () => (channel === 'sms' ? deps.phoneVerified(address, userId) : undefined);
  await tell();
  await deps.codes.useCode(person, verified, channel, verification, now);
  await tell();
  return verified;
}

async function personOf(userId: string, users: UserStore): Promise<Person> {
  const person = await users.find(userId);
  if (!person) throw new NotFound();
  return person;
}

function addressToVerify(
  person: Person,
  channel: VerifiedChannel,
  webhook: string | undefined,
  isWebhook: (address: string) => boolean,
): string {
  if (channel === 'sms') {
    if (webhook !== undefined) throw refused('is the phone of the profile; change it there');
    if (person.phone === undefined) throw new NoPhone();
    return person.phone;
  }
  if (webhook === undefined) throw refused('is missing: the URL of the webhook');
  if (!isWebhook(webhook)) throw refused(REASON_EXPLANATIONS.WEBHOOK_NOT_ALLOWED);
  return webhook;
}

/** Failures that lie with the address, which only its owner can put right. */
const ABOUT_THE_ADDRESS: readonly ReasonCode[] = [
  'INVALID_ADDRESS',
  'ADDRESS_SUPPRESSED',
  'WEBHOOK_GONE',
  'WEBHOOK_NOT_ALLOWED',
  'PROVIDER_REJECTED',
];

/** When nobody knows whether the code went out, its owner does. */
function assertSent(result: SendResult, channel: VerifiedChannel): void {
  if (result.kind === 'accepted' || result.kind === 'unknown') return;
  const reason = REASON_EXPLANATIONS[result.reason];
  if (result.kind === 'transient' || !ABOUT_THE_ADDRESS.includes(result.reason)) throw new CodeNotSent(reason);
  throw new InvalidRequest([{ field: channel === 'sms' ? 'phone' : 'address', reason }]);
}

const refused = (reason: string) => new InvalidRequest([{ field: 'address', reason }]);
