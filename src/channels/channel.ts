import * as z from 'zod';
import type { FailureReason } from './outcome.ts';

/** Every way a message can reach a person. */
export const CHANNELS = ['email', 'sms', 'push', 'inbox', 'discord'] as const;
export const ChannelName = z.enum(CHANNELS);
export type ChannelName = z.infer<typeof ChannelName>;

/**
 * Channels, each once. A list in the place of a channel names alternatives, the dearest first, of which the first that reaches the person
 * is used: `["inbox", ["email", "sms"]]` is the inbox always, and SMS only where there is no email.
 */
export const ChannelList = z
  .array(z.union([ChannelName, z.array(ChannelName).min(1)]))
  .min(1)
  .refine((list) => new Set(list.flat()).size === list.flat().length, 'must name each channel once');
export type ChannelList = z.output<typeof ChannelList>;

/** The channels of which only the first that reaches a person is used, in their order. */
export const alternativesIn = (list: ChannelList): ChannelName[][] => list.filter((entry) => Array.isArray(entry));

/** A message as composed for one channel and one recipient. */
export interface OutgoingMessage {
  /** One line, used where the channel has a headline: an email's subject, a push title. May be empty. */
  readonly subject: string;
  readonly text: string;
  /** SMS only: what follows the text, and is never cut off. May be empty. */
  readonly end?: string;
  /** Email only: the same message as a complete HTML document. */
  readonly html?: string;
  /** Email only: where one click stops such messages (RFC 8058). */
  readonly unsubscribe?: { readonly url: string };
  /** Push only: what the app gets along with the message, the most important first: what has no room is left out. */
  readonly data?: Readonly<Record<string, string>>;
  /** Goes along where the provider has room for it, so that its reports can be matched to the delivery. */
  readonly deliveryId: string;
}

/**
 * What became of one attempt. `transient` means that the provider surely did not take the message, so trying again is
 * safe; `unknown` that it may have; `permanent` that it did not and never will.
 */
export type SendResult =
  | { readonly kind: 'accepted'; readonly messageId: string | null }
  | { readonly kind: 'transient'; readonly reason: FailureReason; readonly retryAfterSeconds?: number }
  /** `ADDRESS_SUPPRESSED`: by a list of the provider's own. */
  | { readonly kind: 'permanent'; readonly reason: FailureReason | 'ADDRESS_SUPPRESSED' }
  | { readonly kind: 'unknown'; readonly reason: FailureReason };

/**
 * One provider behind one call. `send` makes a single attempt (whoever calls it owns retries) and answers failures of the
 * provider as results; it throws only on defects.
 */
export interface Channel<Address> {
  readonly name: ChannelName;
  send(address: Address, message: OutgoingMessage): Promise<SendResult>;
}

export const accepted = (messageId: string | null | undefined): SendResult => ({
  kind: 'accepted',
  messageId: messageId ?? null,
});
export const transient = (reason: FailureReason, retryAfterSeconds?: number): SendResult =>
  retryAfterSeconds === undefined ? { kind: 'transient', reason } : { kind: 'transient', reason, retryAfterSeconds };
export const permanent = (reason: FailureReason | 'ADDRESS_SUPPRESSED'): SendResult => ({ kind: 'permanent', reason });
export const unknown = (): SendResult => ({ kind: 'unknown', reason: 'OUTCOME_UNKNOWN' });
