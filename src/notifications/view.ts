import * as z from 'zod';
import { ChannelName } from '../channels/channel.ts';
import { Outcome, REASON_EXPLANATIONS, ReasonCode } from '../channels/outcome.ts';
import { AS_SETTLED, Tally } from './delivery/delivery.ts';
import type { DeliveryPage } from './delivery/delivery-page.ts';
import type { InboxItem } from './inbox/inbox-store.ts';
import type { Notification } from './notification.ts';

/** An item in the form of an existing service, whose clients rely on each of these fields being there. */
export const InboxItemView = z.object({
  id: z.string(),
  timestamp: z.number().int().describe('Unix seconds'),
  is_new: z.boolean(),
  user_id: z.string(),
  key: z.string(),
  target_id: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});

/** `userId` is the id that the inbox was asked for by. */
export function viewItem(item: InboxItem, userId: string): z.input<typeof InboxItemView> {
  const { created_at, target_id = null, ...rest } = item;
  return { ...rest, timestamp: Math.floor(Date.parse(created_at) / 1000), user_id: userId, target_id };
}

const instant = z.iso.datetime();

const DeliveryView = z.object({
  user_id: z.string(),
  channel: ChannelName,
  outcome: Outcome,
  reason: ReasonCode,
  explanation: z.string(),
  at: instant,
  attempts: z.number().int(),
  until: instant.optional().describe('Until when it is deferred'),
  message_id: z.string().optional(),
  deferrals: z
    .array(z.object({ reason: ReasonCode, at: instant, until: instant.optional() }))
    .optional()
    .describe('When, and until when, it was held back before'),
  failures: z
    .array(z.object({ reason: ReasonCode, at: instant }))
    .optional()
    .describe('When it failed before it was redriven'),
});

/** What became of a notification. */
export const NotificationView = z.object({
  id: z.string(),
  key: z.string(),
  target_id: z.string().nullable(),
  status: z.enum(['ACCEPTED', 'DELIVERING', 'DELIVERED', 'FAILED']),
  recipients: z.number().int(),
  created_at: instant,
  delivered_at: instant.optional(),
  failed_at: instant.optional(),
  tally: Tally.optional().describe(AS_SETTLED),
  deliveries: z.array(DeliveryView),
  cursor: z.string().optional().describe('For the rest of the deliveries'),
});

export function viewNotification(
  notification: Notification,
  selected: boolean,
  rows: DeliveryPage['rows'],
): z.input<typeof NotificationView> {
  const { content, delivered_at, failed_at } = notification;
  const underWay = selected ? 'DELIVERING' : 'ACCEPTED';
  const ended = delivered_at === undefined ? undefined : 'DELIVERED';
  return {
    ...notification,
    key: content.key,
    target_id: content.target_id ?? null,
    status: ended ?? (failed_at === undefined ? underWay : 'FAILED'),
    deliveries: rows.map(({ channel, row, deferrals, failures }) => ({
      ...row,
      channel,
      explanation: REASON_EXPLANATIONS[row.reason],
      ...(deferrals.length === 0 ? {} : { deferrals: [...deferrals] }),
      ...(failures.length === 0 ? {} : { failures: [...failures] }),
    })),
  };
}
