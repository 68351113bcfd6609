import * as z from 'zod';
import { ChannelName } from '../channels/channel.ts';
import { FailureReason, type ReasonCode } from '../channels/outcome.ts';
import type { LogRow } from '../notifications/delivery/delivery.ts';
import { KEPT_FOR } from '../notifications/delivery/delivery-store.ts';
import { BatchName, FailureCursor, type Window } from '../notifications/delivery/failure-store.ts';
import { InvalidRequest, problem } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';

export class RedriveNotFound extends problem('redrive-not-found', 404, 'No such redrive') {}

/** What became of the deliveries that a redrive has found. */
export const Counts = z.object({
  found: z.number().int().describe('Deliveries that had failed, and that nobody had redriven before'),
  sent: z.number().int(),
  failed: z.number().int().describe('Failed again'),
  withdrawn: z.number().int().describe('Their reminder was cancelled, paused, changed or deleted'),
  expired: z.number().int().describe('It was too late for them: past their notAfter'),
  unwanted: z
    .number()
    .int()
    .describe('Not wanted or not reachable any more: preferences, addresses, accounts, membership'),
  waiting: z.number().int().describe('Wait for the end of quiet hours'),
});
export type Counts = z.output<typeof Counts>;

export const NOTHING: Counts = { found: 0, sent: 0, failed: 0, withdrawn: 0, expired: 0, unwanted: 0, waiting: 0 };

const COUNTS = Counts.keyof().options;

export const REDRIVE_STATUSES = ['RUNNING', 'COMPLETED', 'FAILED'] as const;

/** Deliveries that failed for one reason in a stretch of time, made anew page by page. Its executions are named after it. */
export const Redrive = z.object({
  id: z.string(),
  /** Of the request that made it. */
  fingerprint: z.string(),
  reason: FailureReason,
  channel: ChannelName.optional(),
  /** Instants, ISO 8601 UTC: from the first up to, but not at, the second. */
  from: z.string(),
  to: z.string(),
  requested_by: z.string(),
  status: z.enum(REDRIVE_STATUSES),
  /** The execution that has it. */
  run: z.number().int().min(1),
  /** Raised by every change. */
  version: z.number().int(),
  created_at: z.string(),
  /** When that execution was started, or is to be. */
  due: z.string(),
  ended_at: z.string().optional(),
  /** Of the pages that have been delivered. */
  counts: Counts,
  /** How many pages there are so far. */
  pages: z.number().int(),
  /** The page that is under way. */
  current: z.number().int().optional(),
  /** How far was searched; absent at first, and when all is `searched`. */
  cursor: FailureCursor.optional(),
  searched: z.boolean(),
  /** Pages with deliveries that wait for the end of quiet hours, until when the first of each. */
  waiting: z.array(z.object({ page: z.number().int(), until: z.string() })),
});
export type Redrive = z.output<typeof Redrive>;

/** A page of what was found: batches in which something failed, and what became of it. */
export const RedrivePage = z.object({ batches: z.array(BatchName), counts: Counts });
export type RedrivePage = z.output<typeof RedrivePage>;

const instant = z.iso.datetime({ offset: true });

/** What an administrator asks for. */
export const RedriveInput = z.strictObject({
  reason: FailureReason.describe('OUTCOME_UNKNOWN may have arrived, and is then received twice'),
  from: instant.describe('From this instant on; at most 90 days ago'),
  to: instant.describe('Up to, but not at, this instant, or that of the request, whichever is earlier'),
  channel: ChannelName.optional().describe('On this channel only'),
});
export type RedriveInput = z.output<typeof RedriveInput>;

/** The name of the `run`-th execution of a redrive. */
export const redriveExecution = (id: string, run: number) => `${id}_${run}`;

/** The stretch of time that is asked for, up to `now` at the latest. Throws InvalidRequest. */
export function askedTime(input: Pick<RedriveInput, 'from' | 'to'>, now: Date): { from: Date; to: Date } {
  const from = new Date(input.from);
  const to = new Date(Math.min(Date.parse(input.to), now.getTime()));
  const refused = (field: string, reason: string) => new InvalidRequest([{ field, reason }]);
  if (from >= now) throw refused('from', 'has to be in the past');
  if (from >= new Date(input.to)) throw refused('to', 'has to be later than from');
  if (now.getTime() - from.getTime() > KEPT_FOR) throw refused('from', 'is more than 90 days ago');
  return { from, to };
}

/** A redrive of what has failed by now. Throws InvalidRequest. */
export function createRedrive(input: RedriveInput, creation: Creation, requestedBy: string, now: Date): Redrive {
  const { from, to } = askedTime(input, now);
  return {
    ...creation,
    reason: input.reason,
    ...(input.channel === undefined ? {} : { channel: input.channel }),
    from: from.toISOString(),
    to: to.toISOString(),
    requested_by: requestedBy,
    status: 'RUNNING',
    run: 1,
    version: 1,
    created_at: now.toISOString(),
    due: now.toISOString(),
    counts: NOTHING,
    pages: 0,
    searched: false,
    waiting: [],
  };
}

export const windowOf = ({ reason, channel, from, to }: Redrive): Window => ({
  reason,
  channel,
  from: new Date(from),
  to: new Date(to),
});

/** What a redrive turns to: the page under way, a page whose time has come, or a search for the next one. */
export type NextStep =
  | { readonly kind: 'page'; readonly redrive: Redrive; readonly page: number }
  | { readonly kind: 'search' }
  | { readonly kind: 'wait'; readonly until: string }
  | { readonly kind: 'end' };

export function nextStep(redrive: Redrive, now: Date): NextStep {
  const { current, searched, waiting } = redrive;
  if (current !== undefined) return { kind: 'page', redrive, page: current };
  if (!searched) return { kind: 'search' };
  const [first] = waiting.toSorted((a, b) => (a.until < b.until ? -1 : 1));
  if (!first) return { kind: 'end' };
  if (first.until > now.toISOString()) return { kind: 'wait', until: first.until };
  return { kind: 'page', redrive: { ...redrive, current: first.page }, page: first.page };
}

/** The next page was found, and goes under way; without `cursor` it is the last one. */
export function pageFound({ cursor: _, ...redrive }: Redrive, cursor: FailureCursor | undefined): Redrive {
  const page = redrive.pages + 1;
  return { ...redrive, pages: page, current: page, searched: cursor === undefined, ...(cursor && { cursor }) };
}

/** The page under way was delivered: it counted as `before` and counts as `after`; some of it waits `until` an instant. */
export function pageCounted(
  { current, ...redrive }: Redrive,
  before: Counts,
  after: Counts,
  until: string | undefined,
): Redrive {
  if (current === undefined) throw new Error('no page is under way');
  const sum = (name: keyof Counts) => redrive.counts[name] - before[name] + after[name];
  const others = redrive.waiting.filter(({ page }) => page !== current);
  return {
    ...redrive,
    counts: Counts.parse(Object.fromEntries(COUNTS.map((name) => [name, sum(name)]))),
    waiting: until === undefined ? others : [...others, { page: current, until }],
  };
}

export const completed = (redrive: Redrive, now: Date): Redrive => ({
  ...redrive,
  status: 'COMPLETED',
  ended_at: now.toISOString(),
});

const LATE: readonly ReasonCode[] = ['EXPIRED', 'QUIET_UNTIL_TOO_LATE'];

function countedAs({ outcome, reason }: LogRow): keyof Counts {
  switch (outcome) {
    case 'SENT':
    case 'DELIVERED':
      return 'sent';
    case 'FAILED':
    case 'BOUNCED':
      return 'failed';
    case 'DEFERRED':
      return 'waiting';
    case 'SUPPRESSED':
      if (reason === 'REMINDER_WITHDRAWN') return 'withdrawn';
      return LATE.includes(reason) ? 'expired' : 'unwanted';
    case 'PENDING':
      throw new Error('a delivery has no outcome');
  }
}

/** Counts the last words about deliveries. Throws while one of them has no outcome. */
export function countsOf(rows: readonly LogRow[]): Counts {
  const counts = { ...NOTHING, found: rows.length };
  for (const row of rows) counts[countedAs(row)]++;
  return counts;
}
