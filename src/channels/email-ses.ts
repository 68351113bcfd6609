import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { classifyAwsError } from './aws.ts';
import { accepted, type Channel, permanent, transient } from './channel.ts';
import { mailbox, wireAddress } from './email-address.ts';
import { mailHeaders } from './email-headers.ts';
import { deliveryTag } from './ses-event.ts';
import { oneLine } from './text.ts';

export interface SesSender {
  readonly email: string;
  readonly name: string;
  /** The configuration set whose events come back to us. */
  readonly configurationSet: string;
}

/** Email through SES v2. The delivery's id travels as the tag `delivery` (base64url), which SES repeats in its events. */
export function sesEmail(client: SESv2Client, sender: SesSender): Channel<string> {
  const from = mailbox(sender.name, sender.email);
  return {
    name: 'email',
    async send(address, message) {
      const to = wireAddress(address);
      if (to === null) return permanent('INVALID_ADDRESS');
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        ConfigurationSetName: sender.configurationSet,
        Destination: { ToAddresses: [to] },
        EmailTags: [deliveryTag(message.deliveryId)],
        Content: {
          Simple: {
            Subject: { Data: oneLine(message.subject), Charset: 'UTF-8' },
            Body: {
              Text: { Data: message.text, Charset: 'UTF-8' },
              ...(message.html === undefined ? {} : { Html: { Data: message.html, Charset: 'UTF-8' } }),
            },
            Headers: Object.entries(mailHeaders(message)).map(([Name, Value]) => ({ Name, Value })),
          },
        },
      });
      try {
        return accepted((await client.send(command)).MessageId);
      } catch (error) {
        return classifyAwsError(error, errorsFor(sender.email));
      }
    },
  };
}

const errorsFor = (sender: string) => ({
  // The same error for an unverified sender and for any recipient of an account in the sandbox; it lists the addresses.
  MessageRejected: (message: string) => {
    if (!/not verified/i.test(message)) return permanent('PROVIDER_REJECTED');
    return permanent(message.includes(sender) ? 'SENDER_NOT_VERIFIED' : 'ACCOUNT_NOT_ALLOWED');
  },
  MailFromDomainNotVerifiedException: () => permanent('SENDER_NOT_VERIFIED'),
  AccountSuspendedException: () => permanent('ACCOUNT_NOT_ALLOWED'),
  SendingPausedException: () => permanent('ACCOUNT_NOT_ALLOWED'),
  LimitExceededException: () => transient('RATE_LIMITED'),
  TooManyRequestsException: () => transient('RATE_LIMITED'),
  BadRequestException: (message: string) => {
    if (/too (long|large)|length is more than/i.test(message)) return permanent('MESSAGE_TOO_LARGE');
    return permanent(/address|domain|@/i.test(message) ? 'INVALID_ADDRESS' : 'PROVIDER_REJECTED');
  },
});
