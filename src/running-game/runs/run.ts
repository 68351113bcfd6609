import * as z from 'zod';
import { problem } from '../../shared/errors.ts';
import type { Limits } from './assess.ts';
import { type Assessment, Flag, Measures, Refused, Rejection } from './assessment.ts';

/** Also the answer to somebody whose it is not while it is not saved. */
export class RunNotFound extends problem('run-not-found', 404, 'No such run') {}
export class RunEnded extends problem('run-ended', 409, 'The run has ended') {}
export class UploadsClosed extends problem('uploads-closed', 409, 'The time to upload points of this run is over') {}
/** It stays open: its points may be on their way. */
export class NothingUploaded extends problem('nothing-uploaded', 409, 'No points of this run were uploaded') {}
export class BatchDiffers extends problem('batch-differs', 409, 'This batch was uploaded with other points') {}
export class RunFull extends problem('run-full', 409, 'The run has as many points as a run may have') {}

/** Points of one batch; batches and points of one run: 12 hours at a point a second, or a batch a minute. */
export const MOST_POINTS_A_BATCH = 1000;
export const MOST_BATCHES = 1000;
export const MOST_POINTS = 50_000;

const instant = z.iso.datetime();

const Opened = z.object({
  /** That of its ticket, which opens one run. */
  id: z.string(),
  user_id: z.string(),
  event_id: z.string(),
  ticket_id: z.string(),
  opened_at: instant,
  /** When its event starts and finishes. */
  starts_at: instant,
  finishes_at: instant,
  uploads_until: instant,
  /** So long a run counts from its first point on; seconds. */
  longest_s: z.int().min(1),
  /** So far a point may be from before it was opened, or from after it is saved; seconds. */
  tolerance_s: z.int().min(0),
  batches: z.int().min(0),
  points: z.int().min(0),
  revision: z.int().min(1),
});

/** A run: open until its runner finishes it, or the nightly finish closes it. */
export const Run = z.discriminatedUnion('status', [
  Opened.extend({ status: z.literal('OPEN') }),
  Opened.extend(Measures.shape).extend({
    status: z.literal('SAVED'),
    saved_at: instant,
    refused: z.array(Refused),
    flags: z.array(Flag),
    /** Its pieces, simplified, each an encoded polyline of five decimals; and what others than its runner see of them. */
    polylines: z.array(z.string()),
    shown: z.array(z.string()),
    /** Whether its territory was captured; until then an execution has to do with it, its `run`-th, started or to be started at `due`. */
    captured: z.boolean(),
    run: z.int().min(1),
    due: instant,
  }),
  Opened.extend({
    status: z.literal('REJECTED'),
    ended_at: instant,
    reason: Rejection,
    refused: z.array(Refused),
    flags: z.array(Flag),
  }),
  /** Nothing was uploaded, or its runner has left. */
  Opened.extend({ status: z.literal('ABANDONED'), ended_at: instant }),
]);
export type Run = z.output<typeof Run>;
export type OpenRun = Extract<Run, { status: 'OPEN' }>;
export type SavedRun = Extract<Run, { status: 'SAVED' }>;
export const RunStatus = z.enum(['OPEN', 'SAVED', 'REJECTED', 'ABANDONED']);

/** How long a run lasts, and may be late; milliseconds. */
export interface RunTimes {
  /** From its event's finish on points are still taken for so long. */
  readonly uploadGrace: number;
  readonly longest: number;
  readonly tolerance: number;
}

/** What a run is opened with: its ticket, and its event's time. */
export interface Opening extends RunTimes {
  readonly ticket: { readonly id: string; readonly user_id: string; readonly event_id: string };
  readonly startsAt: string;
  readonly finishesAt: string;
}

/** The run that a ticket opens when it is consumed. */
export function openRun(opening: Opening, now: Date): OpenRun {
  const { ticket, startsAt, finishesAt, uploadGrace, longest, tolerance } = opening;
  return {
    id: ticket.id,
    user_id: ticket.user_id,
    event_id: ticket.event_id,
    ticket_id: ticket.id,
    opened_at: now.toISOString(),
    starts_at: startsAt,
    finishes_at: finishesAt,
    uploads_until: new Date(Date.parse(finishesAt) + uploadGrace).toISOString(),
    longest_s: Math.floor(longest / 1000),
    tolerance_s: Math.floor(tolerance / 1000),
    batches: 0,
    points: 0,
    revision: 1,
    status: 'OPEN',
  };
}

/** By what its points are judged if it is saved at an instant. */
export const limitsOf = (run: Run, savedAt: Date): Limits => ({
  longest: run.longest_s * 1000,
  window: {
    from: Math.max(Date.parse(run.starts_at), Date.parse(run.opened_at) - run.tolerance_s * 1000),
    until: Math.min(Date.parse(run.finishes_at), savedAt.getTime() + run.tolerance_s * 1000),
  },
});

/** Room for one more batch of so many points. Throws RunEnded, UploadsClosed and RunFull. */
export function takeBatch(run: Run, count: number, now: Date): OpenRun {
  if (run.status !== 'OPEN') throw new RunEnded();
  if (Date.parse(run.uploads_until) <= now.getTime()) throw new UploadsClosed();
  if (run.batches >= MOST_BATCHES || run.points + count > MOST_POINTS) throw new RunFull();
  return { ...run, batches: run.batches + 1, points: run.points + count, revision: run.revision + 1 };
}

/** Saves an open run by what was made of its points, or rejects it; one that has ended is no change. */
export function endRun(run: Run, { refused, flags, verdict }: Assessment, drawn: Drawn, now: Date): Run {
  if (run.status !== 'OPEN') return run;
  const at = now.toISOString();
  const judged = { ...run, refused: [...refused], flags: [...flags], revision: run.revision + 1 };
  if (!verdict.counts) return { ...judged, status: 'REJECTED', ended_at: at, reason: verdict.reason };
  const capture = { captured: false, run: 1, due: at };
  return { ...judged, ...verdict.measures, ...drawn, ...capture, status: 'SAVED', saved_at: at };
}

export type Drawn = Pick<SavedRun, 'polylines' | 'shown'>;

/** Ends an open run that nothing was uploaded of; any other is no change. */
export function abandonRun(run: Run, now: Date): Run {
  return run.status === 'OPEN' && run.batches === 0 ? leaveRun(run, now) : run;
}

/** Ends an open run whose runner leaves, so that nothing more is uploaded to it; any other is no change. */
export function leaveRun(run: Run, now: Date): Run {
  if (run.status !== 'OPEN') return run;
  return { ...run, status: 'ABANDONED', ended_at: now.toISOString(), revision: run.revision + 1 };
}

/** Whether the execution that captures its territory has still to do with it. */
export const isToBeCaptured = (run: Run): run is SavedRun => run.status === 'SAVED' && !run.captured;

/** Hands its capture to the `nth` execution; one that is captured, or that a later one has, is no change. */
export function takeOverCapture(run: Run, nth: number, now: Date): Run {
  if (!isToBeCaptured(run) || run.run >= nth) return run;
  return { ...run, run: nth, due: now.toISOString(), revision: run.revision + 1 };
}

/** Its territory is captured, or given up; any other is no change. */
export function settleCapture(run: Run): Run {
  return isToBeCaptured(run) ? { ...run, captured: true, revision: run.revision + 1 } : run;
}
