import * as z from 'zod';
import { ChannelName } from '../channels/channel.ts';
import { Outcome, REASON_EXPLANATIONS, ReasonCode } from '../channels/outcome.ts';
import { AS_SETTLED, ChannelChoice, type Dispatch, type LogRow, Tally } from '../notifications/delivery/delivery.ts';
import type { DeliveryRow } from '../notifications/delivery/delivery-page.ts';
import type { Asking } from './acknowledgement/asking.ts';
import { type Occurrence, SUPERSEDED_BECAUSE } from './occurrence.ts';
import { Audience, REMINDER_STATUSES, type Reminder, ReminderContent } from './reminder.ts';

const instant = z.iso.datetime();

/** A reminder as its owner sees it. */
export const ReminderView = ReminderContent.extend({
  id: z.uuid(),
  status: z.enum(REMINDER_STATUSES),
  revision: z.number().int(),
  /** UTC; absent when there is no moment left, or it is paused. */
  nextDueAt: instant.optional(),
  lastOccurrenceId: z.string().optional(),
  createdAt: instant,
  updatedAt: instant,
});

export function viewReminder(reminder: Reminder): z.input<typeof ReminderView> {
  return { ...reminder, ...(reminder.status === 'SCHEDULED' ? { nextDueAt: reminder.dueAt } : {}) };
}

const Step = z.object({
  step: z.enum([
    'due',
    'armed',
    'claimed',
    'selected',
    'sent',
    'escalated',
    'acknowledged',
    'unacknowledged',
    'settled',
  ]),
  at: instant,
  /** Milliseconds after the due instant; negative before it. */
  latenessMs: z.number().int(),
});

/** How it stands with the acknowledgement of an occurrence. */
export const AcknowledgementView = z.object({
  status: z.enum(['WAITING', 'ACKNOWLEDGED', 'UNACKNOWLEDGED', 'WITHDRAWN', 'GIVEN_UP']),
  explanation: z.string(),
  at: instant.optional().describe('When it was acknowledged, or given up'),
  by: z.string().optional().describe('The user who has acknowledged it'),
  afterMs: z.number().int().optional().describe('Milliseconds from the due instant to the acknowledgement'),
  snoozedUntil: instant.optional().describe('When the reminder goes off again for that'),
  tiers: z.array(
    z.object({
      tier: z.number().int().describe('0 is the first'),
      channels: ChannelChoice,
      audience: Audience,
      since: instant,
      until: instant.describe('Until when somebody is waited for'),
    }),
  ),
});

/** An occurrence without its deliveries. */
export const OccurrenceView = z.object({
  id: z.string(),
  reminderId: z.uuid(),
  status: z.enum(['DELIVERING', 'DELIVERED', 'ACKNOWLEDGED', 'UNACKNOWLEDGED', 'FAILED', 'EXPIRED', 'SUPERSEDED']),
  explanation: z.string(),
  because: z.enum(SUPERSEDED_BECAUSE).optional(),
  dueAt: instant,
  revision: z.number().int(),
  execution: z.string(),
  run: z.number().int(),
  tally: Tally.optional().describe(AS_SETTLED),
  acknowledgement: AcknowledgementView.optional().describe('Where one is asked for'),
  timeline: z.array(Step),
});

const DeliveryView = z.object({
  userId: z.string(),
  channel: ChannelName,
  tier: z.number().int().optional().describe('Which tier it was sent by, where an acknowledgement is asked for'),
  outcome: Outcome,
  reason: ReasonCode,
  explanation: z.string(),
  at: instant,
  latenessMs: z.number().int(),
  attempts: z.number().int(),
  messageId: z.string().optional(),
  until: instant.optional().describe('Until when it is deferred'),
  deferrals: z
    .array(z.object({ reason: ReasonCode, explanation: z.string(), at: instant, until: instant.optional() }))
    .optional()
    .describe('When, and until when, it was held back before'),
  failures: z
    .array(z.object({ reason: ReasonCode, explanation: z.string(), at: instant }))
    .optional()
    .describe('When it failed before it was redriven'),
});

/** The whole story of an occurrence: what happened when, what became of every delivery and why, and what comes next. */
export const TraceView = OccurrenceView.extend({
  title: z.string().optional(),
  message: z.string().optional(),
  deliveries: z.array(DeliveryView),
  /** For the rest of the deliveries. */
  cursor: z.string().optional(),
  next: z.object({ dueAt: instant.optional(), explanation: z.string() }),
});

const EXPLANATIONS: Record<Exclude<Occurrence['status'], 'SUPERSEDED'>, string> = {
  DELIVERING:
    'It went off, and deliveries are under way, or wait for an acknowledgement or the end of somebody’s quiet hours.',
  ACKNOWLEDGED: 'It went off, and somebody has said to have seen it.',
  UNACKNOWLEDGED: 'It went off, and of all who were asked nobody has said in time to have seen it.',
  DELIVERED: 'It went off, and every delivery has its outcome.',
  FAILED: 'It could not be completed: every execution of it failed. Deliveries without an outcome were not sent.',
  EXPIRED: 'It became due later than its notAfter allows, so nothing was sent.',
};

const SUPERSEDED: Record<(typeof SUPERSEDED_BECAUSE)[number], string> = {
  CANCELLED: 'The reminder had been cancelled before it was due, so nothing was sent.',
  PAUSED: 'The reminder had been paused before it was due, so nothing was sent.',
  CHANGED: 'The reminder had been changed before it was due, so this moment no longer counted and nothing was sent.',
};

function explain(occurrence: Occurrence): string {
  return occurrence.status === 'SUPERSEDED' ? SUPERSEDED[occurrence.because] : EXPLANATIONS[occurrence.status];
}

const lateness = (at: string, dueAt: string) => Date.parse(at) - Date.parse(dueAt);

type Moment = [z.input<typeof Step>['step'], string | undefined];

/** What asking for an acknowledgement adds to the story. */
function moments(occurrence: Occurrence): Moment[] {
  const asking = askingOf(occurrence);
  const [, ...next] = asking?.tiers ?? [];
  return [
    ...next.map(({ since }): Moment => ['escalated', since]),
    ['acknowledged', asking?.end?.kind === 'ACKNOWLEDGED' ? asking.end.at : undefined],
    ['unacknowledged', asking?.end?.kind === 'UNACKNOWLEDGED' ? asking.end.at : undefined],
  ];
}

const askingOf = (occurrence: Occurrence): Asking | undefined =>
  'asking' in occurrence ? occurrence.asking : undefined;

function timeline(
  occurrence: Occurrence,
  dispatch: Dispatch | undefined,
  sentAt: string | undefined,
): z.input<typeof Step>[] {
  const steps: Moment[] = [
    ['due', occurrence.dueAt],
    ['armed', occurrence.armedAt],
    ['claimed', 'claimedAt' in occurrence ? occurrence.claimedAt : undefined],
    ['selected', dispatch?.selected_at],
    ['sent', sentAt],
    ...moments(occurrence),
    ['settled', 'settledAt' in occurrence ? occurrence.settledAt : undefined],
  ];
  return steps
    .flatMap(([step, at]) => (at === undefined ? [] : [{ step, at, latenessMs: lateness(at, occurrence.dueAt) }]))
    .sort((a, b) => a.latenessMs - b.latenessMs);
}

export function viewOccurrence(
  occurrence: Occurrence,
  dispatch?: Dispatch,
  sentAt?: string,
): z.input<typeof OccurrenceView> {
  const acknowledgement = viewAcknowledgement(occurrence);
  return {
    ...occurrence,
    explanation: explain(occurrence),
    ...(acknowledgement && { acknowledgement }),
    timeline: timeline(occurrence, dispatch, sentAt),
  };
}

const ASKED: Record<z.output<typeof AcknowledgementView>['status'], string> = {
  WAITING: 'Somebody is waited for to say to have seen it.',
  ACKNOWLEDGED: 'Somebody has said to have seen it; nobody else is asked any more.',
  UNACKNOWLEDGED: 'Nobody has said in time to have seen it.',
  WITHDRAWN: 'The reminder was cancelled, paused or changed before anybody said to have seen it.',
  GIVEN_UP: 'Its execution failed before anybody said to have seen it.',
};

/** Undefined where none is asked for. The token is not for anybody to see. */
export function viewAcknowledgement(occurrence: Occurrence): z.input<typeof AcknowledgementView> | undefined {
  const asking = askingOf(occurrence);
  if (!asking || !('content' in occurrence)) return undefined;
  const { content, dueAt } = occurrence;
  const status = asking.end?.kind ?? (occurrence.status === 'DELIVERING' ? 'WAITING' : 'GIVEN_UP');
  const tiers = [content, ...(content.acknowledgement?.then ?? [])];
  return {
    status,
    explanation: ASKED[status],
    ...(asking.end && { at: asking.end.at }),
    ...(asking.end?.kind === 'ACKNOWLEDGED' && {
      by: asking.end.by,
      afterMs: lateness(asking.end.at, dueAt),
      ...(asking.end.snooze && { snoozedUntil: asking.end.snooze.until }),
    }),
    tiers: asking.tiers.flatMap(({ since, until }, tier) => {
      const of = tiers[tier];
      return of ? [{ tier, channels: of.channels, audience: of.audience, since, until }] : [];
    }),
  };
}

export function viewTrace(
  occurrence: Occurrence,
  dispatch: Dispatch | undefined,
  rows: readonly (DeliveryRow & { readonly tier: number | undefined })[],
  reminder: Reminder,
  cursor: string | undefined,
): z.input<typeof TraceView> {
  // A report has its own time, which says nothing about when the message went out.
  const sent = rows.filter(({ row }) => ['ACCEPTED', 'ADDED_TO_INBOX'].includes(row.reason)).map(({ row }) => row.at);
  const content =
    'content' in occurrence ? { title: occurrence.content.title, message: occurrence.content.message } : {};
  return {
    ...viewOccurrence(occurrence, dispatch, sent.sort()[0]),
    ...content,
    deliveries: rows.map(({ channel, row, deferrals, failures, tier }) => ({
      userId: row.user_id,
      channel,
      ...(tier === undefined ? {} : { tier }),
      outcome: row.outcome,
      reason: row.reason,
      explanation: REASON_EXPLANATIONS[row.reason],
      at: row.at,
      latenessMs: lateness(row.at, occurrence.dueAt),
      attempts: row.attempts,
      ...(row.message_id === undefined ? {} : { messageId: row.message_id }),
      ...(row.until === undefined ? {} : { until: row.until }),
      ...(deferrals.length === 0 ? {} : { deferrals: deferrals.map(explained) }),
      ...(failures.length === 0 ? {} : { failures: failures.map(explained) }),
    })),
    ...(cursor === undefined ? {} : { cursor }),
    next: nextOf(reminder),
  };
}

const explained = ({ reason, at, until }: LogRow) => ({
  reason,
  explanation: REASON_EXPLANATIONS[reason],
  at,
  ...(until === undefined ? {} : { until }),
});

const NEXT: Record<Exclude<Reminder['status'], 'SCHEDULED'>, string> = {
  FIRING: 'This was the last moment of its schedule.',
  COMPLETED: 'This was the last moment of its schedule.',
  PAUSED: 'The reminder is paused: nothing comes until it is resumed.',
  CANCELLED: 'The reminder is cancelled: nothing comes any more.',
};

function nextOf(reminder: Reminder) {
  if (reminder.status !== 'SCHEDULED') return { explanation: NEXT[reminder.status] };
  return { dueAt: reminder.dueAt, explanation: 'The reminder goes off again then.' };
}
