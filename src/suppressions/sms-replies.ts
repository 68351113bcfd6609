import { smsReply } from '../channels/sms-reply.ts';
import type { TopicMessage } from '../shared/workflow/topic.ts';
import { normalised } from './suppression.ts';
import type { SuppressionStore } from './suppression-store.ts';

/** Does what the owner of a phone asks for with an SMS to us: no more messages, or messages again. Safe to repeat, in any order. */
export async function recordSmsReply(
  { text, at }: TopicMessage,
  suppressions: Pick<SuppressionStore, 'suppress' | 'lift'>,
): Promise<void> {
  const { phone, wish } = smsReply(text);
  const address = normalised('sms', phone);
  // A short code or a name: nothing is ever sent there.
  if (!wish || address === null) return;
  if (wish === 'start') return suppressions.lift('sms', address, at);
  await suppressions.suppress({
    channel: 'sms',
    address,
    reason: 'STOP',
    source: 'sms-reply',
    since: at.toISOString(),
  });
}
