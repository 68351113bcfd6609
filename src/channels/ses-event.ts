import * as z from 'zod';
import { wireAddress } from './email-address.ts';

/** What became of a mail that SES had accepted. */
export interface MailReport {
  readonly kind: 'bounced' | 'complained' | 'rejected';
  /** Nothing should be sent there any more. Empty when the address may well take the next mail. */
  readonly unreachable: readonly string[];
  /** SES did not even try, because the address is on a list of its own: an earlier mail bounced, or was called spam. */
  readonly withheld: boolean;
  /** SES's word for it, e.g. `NoEmail`, if it has one. */
  readonly detail: string | undefined;
  /** When it happened; instant, ISO 8601 UTC. */
  readonly at: string;
  /** As in `OutgoingMessage`; only events of a configuration set have it. */
  readonly deliveryId: string | undefined;
}

const instant = z.iso.datetime().transform((text) => new Date(text).toISOString());

/** `Ada <ada@example.com>` or the address alone. */
const Mailbox = z
  .string()
  .transform((text) => /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text.trim())
  .refine((address) => wireAddress(address) !== null, 'one plain email address');
const Recipients = z.array(z.object({ emailAddress: Mailbox }));

/** Of no consequence, so that an odd one is left out. */
const Word = z
  .string()
  .regex(/^[\w.-]{1,40}$/)
  .optional()
  .catch(undefined);

const Mail = z.object({
  destination: z.array(Mailbox).default([]),
  tags: z.record(z.string(), z.array(z.string())).optional(),
});

const Bounce = z.object({
  kind: z.literal('Bounce'),
  mail: Mail,
  bounce: z.object({
    bounceType: z.enum(['Permanent', 'Transient', 'Undetermined']),
    bounceSubType: Word,
    bouncedRecipients: Recipients,
    timestamp: instant,
  }),
});

const Complaint = z.object({
  kind: z.literal('Complaint'),
  mail: Mail,
  complaint: z.object({
    complaintSubType: Word,
    complaintFeedbackType: Word,
    complainedRecipients: Recipients,
    timestamp: instant,
  }),
});

const Reject = z.object({ kind: z.literal('Reject'), mail: Mail.extend({ timestamp: instant }) });

const Other = z.object({
  kind: z.enum([
    'Send',
    'Delivery',
    'DeliveryDelay',
    'Open',
    'Click',
    'Rendering Failure',
    'Subscription',
    'AmazonSnsSubscriptionSucceeded',
  ]),
});

const SesEvent = z.preprocess(
  (event) => {
    const named = z
      .looseObject({ eventType: z.string().optional(), notificationType: z.string().optional() })
      .parse(event);
    return { ...named, kind: named.eventType ?? named.notificationType };
  },
  z.discriminatedUnion('kind', [Bounce, Complaint, Reject, Other]),
);

/** What SES writes, as plain text, to a topic that becomes an event destination. */
const GREETING = /^Successfully validated SNS topic for Amazon SES event publishing/;

/**
 * Reads one message of a topic that SES publishes to: an event of a configuration set (`eventType`) or a notification of an identity
 * (`notificationType`; SES developer guide, "Contents of event data that Amazon SES publishes to Amazon SNS"). Undefined for what says
 * nothing about an address or an outcome. Throws on anything else.
 */
export function mailReport(message: string): MailReport | undefined {
  if (GREETING.test(message)) return undefined;
  const event = SesEvent.parse(JSON.parse(message));
  switch (event.kind) {
    case 'Bounce': {
      const { bounceType, bounceSubType, bouncedRecipients, timestamp } = event.bounce;
      const permanent = bounceType === 'Permanent';
      return {
        kind: 'bounced',
        unreachable: permanent ? recipients(event.mail, bouncedRecipients) : [],
        withheld: isWithheld(bounceSubType),
        detail: bounceSubType,
        at: timestamp,
        ...deliveryOf(event.mail),
      };
    }
    case 'Complaint': {
      const { complaintSubType, complaintFeedbackType, complainedRecipients, timestamp } = event.complaint;
      // Somebody took a mail out of the spam folder (RFC 6430).
      if (complaintFeedbackType === 'not-spam') return undefined;
      return {
        kind: 'complained',
        unreachable: recipients(event.mail, complainedRecipients),
        withheld: isWithheld(complaintSubType),
        detail: complaintSubType ?? complaintFeedbackType,
        at: timestamp,
        ...deliveryOf(event.mail),
      };
    }
    case 'Reject':
      return {
        kind: 'rejected',
        unreachable: [],
        withheld: false,
        detail: undefined,
        at: event.mail.timestamp,
        ...deliveryOf(event.mail),
      };
    default:
      return undefined;
  }
}

/** The subtypes for the account's suppression list, and for the one that SES keeps for everybody. */
const isWithheld = (subType: string | undefined) => subType === 'OnAccountSuppressionList' || subType === 'Suppressed';

/** The report may name the mailbox that a mail was forwarded to, and a complaint everybody of a domain; our mails have one recipient. */
function recipients({ destination }: z.output<typeof Mail>, reported: z.output<typeof Recipients>): readonly string[] {
  return destination.length === 1 ? destination : reported.map(({ emailAddress }) => emailAddress);
}

function deliveryOf({ tags }: z.output<typeof Mail>) {
  const [tag] = tags?.[DELIVERY_TAG] ?? [];
  return { deliveryId: tag === undefined ? undefined : Buffer.from(tag, 'base64url').toString() };
}

/** The message tag that carries the delivery's id, which has characters that a tag may not have. */
const DELIVERY_TAG = 'delivery';
export const deliveryTag = (deliveryId: string) => ({
  Name: DELIVERY_TAG,
  Value: Buffer.from(deliveryId).toString('base64url'),
});
