import * as z from 'zod';

/** How a delivery stands. All but `PENDING` and `DEFERRED` are final; a report that comes later may replace `SENT`. */
export const Outcome = z.enum(['PENDING', 'SENT', 'DELIVERED', 'SUPPRESSED', 'DEFERRED', 'FAILED', 'BOUNCED']);
export type Outcome = z.infer<typeof Outcome>;

/** What each outcome means, for the trace and the API's description. */
export const OUTCOME_EXPLANATIONS: Record<Outcome, string> = {
  PENDING: 'Not settled yet.',
  SENT: 'The provider accepted the message.',
  DELIVERED: 'The message is where the recipient reads it.',
  SUPPRESSED: 'Deliberately not sent.',
  DEFERRED: 'Held back until a later moment.',
  FAILED: 'It could not be sent.',
  BOUNCED: 'The provider accepted the message and returned it later.',
};

/** Why a delivery has its outcome: the closed list, at most 40 codes. */
export const ReasonCode = z.enum([
  'AWAITING_SEND',
  'REDRIVEN',
  'ACCEPTED',
  'ADDED_TO_INBOX',
  'NO_CONTACT_POINT',
  'CONTACT_POINT_NOT_VERIFIED',
  'CHANNEL_NOT_PREFERRED',
  'QUIET_HOURS',
  'QUIET_UNTIL_TOO_LATE',
  'ADDRESS_SUPPRESSED',
  'USER_UNKNOWN',
  'NOT_A_MEMBER',
  'REMINDER_WITHDRAWN',
  'ACKNOWLEDGED',
  'EXPIRED',
  'NO_DEVICE',
  'INVALID_ADDRESS',
  'ENDPOINT_DISABLED',
  'WEBHOOK_GONE',
  'WEBHOOK_NOT_ALLOWED',
  'MESSAGE_TOO_LARGE',
  'TEMPLATE_ERROR',
  'PROVIDER_REJECTED',
  'PROVIDER_UNAVAILABLE',
  'RATE_LIMITED',
  'ACCOUNT_NOT_ALLOWED',
  'SENDER_NOT_VERIFIED',
  'CREDENTIALS_REJECTED',
  'CHANNEL_NOT_CONFIGURED',
  'BOUNCE_REPORTED',
  'COMPLAINT_REPORTED',
  'MAILBOX_UNKNOWN',
  'OUTCOME_UNKNOWN',
  'ATTEMPTS_EXHAUSTED',
  'INTERNAL_ERROR',
]);
export type ReasonCode = z.infer<typeof ReasonCode>;

/** What a `FAILED` delivery may have as its reason. */
export const FailureReason = ReasonCode.extract([
  'NO_CONTACT_POINT',
  'NO_DEVICE',
  'INVALID_ADDRESS',
  'ENDPOINT_DISABLED',
  'WEBHOOK_GONE',
  'WEBHOOK_NOT_ALLOWED',
  'MESSAGE_TOO_LARGE',
  'TEMPLATE_ERROR',
  'PROVIDER_REJECTED',
  'PROVIDER_UNAVAILABLE',
  'RATE_LIMITED',
  'ACCOUNT_NOT_ALLOWED',
  'SENDER_NOT_VERIFIED',
  'CREDENTIALS_REJECTED',
  'CHANNEL_NOT_CONFIGURED',
  'MAILBOX_UNKNOWN',
  'OUTCOME_UNKNOWN',
  'ATTEMPTS_EXHAUSTED',
  'INTERNAL_ERROR',
]);
export type FailureReason = z.infer<typeof FailureReason>;

/** One sentence per reason, addressed to whoever asks "why did she not get it?". */
export const REASON_EXPLANATIONS: Record<ReasonCode, string> = {
  AWAITING_SEND: 'It is selected and waits for its turn to be sent.',
  REDRIVEN: 'It had failed, and an administrator has it sent once more.',
  ACCEPTED: 'The provider took the message and answered with its id.',
  ADDED_TO_INBOX: 'The item is in the inbox of the app.',
  NO_CONTACT_POINT: 'The recipient has no address on this channel.',
  CONTACT_POINT_NOT_VERIFIED: 'The recipient has an address on this channel and has not confirmed it.',
  CHANNEL_NOT_PREFERRED: 'By the recipient’s preferences it does not go out on this channel.',
  QUIET_HOURS: 'It fell into hours in which the recipient does not want to be disturbed.',
  QUIET_UNTIL_TOO_LATE:
    'It fell into hours in which the recipient does not want to be disturbed, which end later than the reminder allows.',
  ADDRESS_SUPPRESSED:
    'Mail to the address bounced or was called spam, or the phone answered STOP, so nothing is sent to it.',
  USER_UNKNOWN: 'The recipient has no account (any more).',
  NOT_A_MEMBER: 'When it was sent, the recipient was no member any more of the event or group that it is for.',
  REMINDER_WITHDRAWN: 'The reminder was cancelled, paused, changed or deleted before this was sent.',
  ACKNOWLEDGED: 'Somebody had acknowledged the reminder before this was sent.',
  EXPIRED: 'It became due later than the reminder allows.',
  NO_DEVICE: 'The recipient has no device registered for push.',
  INVALID_ADDRESS: 'The provider says that the address cannot exist.',
  ENDPOINT_DISABLED: 'The app was removed from the device or its push token has ended.',
  WEBHOOK_GONE: 'The Discord webhook was deleted or its token revoked.',
  WEBHOOK_NOT_ALLOWED: 'The webhook address is not one that this installation may call.',
  MESSAGE_TOO_LARGE: 'The message is larger than the provider accepts.',
  TEMPLATE_ERROR: 'Title or message could not be filled in for this recipient.',
  PROVIDER_REJECTED: 'The provider refused the message and would refuse it again.',
  PROVIDER_UNAVAILABLE: 'The provider could not be reached or was out of order.',
  RATE_LIMITED: 'The provider asked to slow down.',
  ACCOUNT_NOT_ALLOWED:
    'The provider does not let this account send here: sandbox, spending limit, or sending is paused.',
  SENDER_NOT_VERIFIED: 'The provider does not know the sender address as verified.',
  CREDENTIALS_REJECTED: 'The provider did not accept the credentials or permissions of this installation.',
  CHANNEL_NOT_CONFIGURED: 'This installation has no provider set up for the channel.',
  BOUNCE_REPORTED: 'The provider reported that the recipient’s side returned the message.',
  COMPLAINT_REPORTED: 'The recipient called the message spam; nothing is sent to the address any more.',
  MAILBOX_UNKNOWN: 'The recipient’s mail server says that there is no such mailbox; nothing is sent to it any more.',
  OUTCOME_UNKNOWN:
    'The connection broke after the message was handed over; it was not sent again, to avoid a second copy.',
  ATTEMPTS_EXHAUSTED: 'Every attempt ended in a passing failure of the provider.',
  INTERNAL_ERROR: 'A fault in this installation; the logs of the execution tell more.',
};
