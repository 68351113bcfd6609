import * as z from 'zod';
import { wireAddress } from '../channels/email-address.ts';
import { PHONE_NUMBER } from '../channels/phone-number.ts';
import { problem } from '../shared/errors.ts';

export class SuppressionNotFound extends problem('suppression-not-found', 404, 'There is no such suppression') {}

/** The channels on which an address can refuse what is sent to it. */
export const SUPPRESSIBLE = ['email', 'sms'] as const;
export const SuppressedChannel = z.enum(SUPPRESSIBLE);
export type SuppressedChannel = z.output<typeof SuppressedChannel>;

/** `BOUNCE`: there is no such mailbox. `COMPLAINT`: its owner called a mail spam. `STOP`: its owner answered an SMS with that word. */
const SuppressionReason = z.enum(['BOUNCE', 'COMPLAINT', 'STOP']);

/** An address that nothing is sent to. */
export const Suppression = z.object({
  channel: SuppressedChannel,
  /** As `normalised` writes it. */
  address: z.string(),
  reason: SuppressionReason,
  /** Who reported it. */
  source: z.enum(['ses', 'smtp', 'sms-reply']),
  /** The provider's own word for it, e.g. `NoEmail` or `5.1.1`; never a text that a person wrote. */
  detail: z
    .string()
    .regex(/^[\w.-]{1,40}$/)
    .optional(),
  /** When it happened; instant, ISO 8601 UTC. */
  since: z.iso.datetime(),
});
export type Suppression = z.output<typeof Suppression>;

/**
 * One spelling for all spellings of an address: an email in lower case with its domain in ASCII, a phone number in E.164. Null when it is
 * not an address of the channel.
 */
export function normalised(channel: SuppressedChannel, address: string): string | null {
  const text = address.trim();
  if (channel === 'sms') return PHONE_NUMBER.test(text) ? text : null;
  return wireAddress(text)?.toLowerCase() ?? null;
}

/** The path-safe name of a suppression: what it is about, in base64url. */
export const suppressionId = ({ channel, address }: Pick<Suppression, 'channel' | 'address'>) =>
  Buffer.from(`${channel}#${address}`).toString('base64url');

/** What an id, or an address in its place, is about: an id has neither `@` nor `+` in it. Throws SuppressionNotFound when it is none. */
export function addressOf(id: string): Pick<Suppression, 'channel' | 'address'> {
  const text = /[@+]/.test(id)
    ? `${id.includes('@') ? 'email' : 'sms'}#${id}`
    : Buffer.from(id, 'base64url').toString();
  const channel = SuppressedChannel.safeParse(text.split('#')[0]).data;
  const address = channel && normalised(channel, text.slice(channel.length + 1));
  if (!channel || !address) throw new SuppressionNotFound();
  return { channel, address };
}
