import * as z from 'zod';
import { Flag, Measures, Refused, Rejection } from './assessment.ts';
import { type Run, RunNotFound, RunStatus } from './run.ts';

const instant = z.iso.datetime();

const Polylines = z
  .array(z.string())
  .describe('Encoded polylines of five decimals; there are several where the track has gaps');

/** What the runner of a run sees of it in lists. */
export const RunView = z.object({
  id: z.string(),
  user_id: z.string(),
  event_id: z.string(),
  ticket_id: z.string(),
  status: RunStatus,
  opened_at: instant,
  uploads_until: instant,
  batches: z.int(),
  points: z.int().describe('Uploaded, whether they count or not'),
  ...Measures.partial().shape,
  saved_at: instant.optional(),
  ended_at: instant.optional(),
  reason: Rejection.optional(),
});

/** All that its runner sees of a run. */
const OwnRun = RunView.extend({
  refused: z.array(Refused).optional().describe('Points that do not count, by reason'),
  flags: z.array(Flag).optional(),
  polylines: Polylines.optional(),
});

/** What others see of a run that is saved. */
const OthersRun = RunView.pick({ id: true, user_id: true, event_id: true, status: true }).extend({
  ...Measures.omit({ started_at: true }).shape,
  polylines: Polylines.describe('Without what is around the start and the end'),
});

export const RunDetail = z.union([OwnRun, OthersRun]);

/** What somebody gets to see of a run. Throws RunNotFound for somebody else's that is not saved. */
export function viewRun(run: Run, viewerId: string): z.input<typeof RunDetail> {
  if (run.user_id === viewerId) return run;
  if (run.status !== 'SAVED') throw new RunNotFound();
  const { id, user_id, event_id, status, distance_m, duration_s, moving_s, pace_s_per_km, shown } = run;
  return { id, user_id, event_id, status, distance_m, duration_s, moving_s, pace_s_per_km, polylines: shown };
}
