import type { Outcome, ReasonCode } from '../../channels/outcome.ts';
import type { MailReport } from '../../channels/ses-event.ts';
import { normalised } from '../../suppressions/suppression.ts';
import type { SuppressionStore } from '../../suppressions/suppression-store.ts';
import { latestRows } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';

interface ReportDeps {
  readonly deliveries: Pick<DeliveryStore, 'readBatch' | 'report'>;
  readonly suppressions: Pick<SuppressionStore, 'suppress'>;
  readonly now: () => Date;
}

const OUTCOMES: Record<MailReport['kind'], { outcome: Outcome; reason: ReasonCode }> = {
  bounced: { outcome: 'BOUNCED', reason: 'BOUNCE_REPORTED' },
  // Whoever complains has got it.
  complained: { outcome: 'DELIVERED', reason: 'COMPLAINT_REPORTED' },
  rejected: { outcome: 'FAILED', reason: 'PROVIDER_REJECTED' },
};
const WITHHELD = { outcome: 'SUPPRESSED', reason: 'ADDRESS_SUPPRESSED' } as const;

/**
 * Takes what SES says about a mail later on: suppresses the address and tells the log of the delivery. Safe to repeat, and whether or not
 * the sending function has logged the mail by then.
 */
export async function recordMailReport(
  report: MailReport,
  { deliveries, suppressions, now }: ReportDeps,
): Promise<void> {
  for (const unreachable of report.unreachable) {
    const address = normalised('email', unreachable);
    if (address === null) throw new Error('a report about something that is not an address');
    await suppressions.suppress({
      channel: 'email',
      address,
      reason: report.kind === 'complained' ? 'COMPLAINT' : 'BOUNCE',
      source: 'ses',
      ...(report.detail === undefined ? {} : { detail: report.detail }),
      since: report.at,
    });
  }
  const delivery = report.deliveryId === undefined ? undefined : deliveryParts(report.deliveryId);
  if (!delivery) return;
  const { dispatchId, batch, userId } = delivery;
  const { recipients, rows } = await deliveries.readBatch(dispatchId, batch);
  // The log is kept for 90 days, and goes earlier with a reminder or an account.
  if (!recipients.includes(userId)) return;
  const before = latestRows(rows).get(userId);
  const row = {
    user_id: userId,
    ...(report.withheld ? WITHHELD : OUTCOMES[report.kind]),
    at: report.at,
    attempts: before?.attempts ?? 1,
    ...(before?.message_id === undefined ? {} : { message_id: before.message_id }),
  };
  await deliveries.report(dispatchId, batch, row, now());
}

/** `<dispatch>:<batch>:<user>`, as the senders hand it to providers; undefined for what is no delivery of a batch. */
function deliveryParts(id: string) {
  const [, dispatchId = '', batch = '', userId = ''] = /^(.+):(email#[\d-]+(?:#~\d+)?):([^:]+)$/.exec(id) ?? [];
  return userId === '' ? undefined : { dispatchId, batch, userId };
}
