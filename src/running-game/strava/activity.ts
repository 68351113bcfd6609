import * as z from 'zod';
import { assess } from '../runs/assess.ts';
import { Flag, Measures, type Point, Refused, Rejection } from '../runs/assessment.ts';
import { draw } from '../runs/lines.ts';
import type { StravaActivity } from './strava.ts';

const instant = z.iso.datetime();

/** What a runner of the game does (Strava API, SportType). On a treadmill nobody gets anywhere. */
export const Sport = z.enum(['Run', 'TrailRun']);
type Sport = z.output<typeof Sport>;

const Fetched = z.object({
  /** As Strava numbers it. */
  id: z.int().positive(),
  name: z.string(),
  sport: Sport,
  /** When it was asked for; what was asked for later counts. */
  fetched_at: instant,
  refused: z.array(Refused),
  flags: z.array(Flag),
});

/** A run from Strava, judged as the game's own runs are. */
export const Activity = z.discriminatedUnion('status', [
  Fetched.extend({ status: z.literal('COUNTS'), ...Measures.shape, polylines: z.array(z.string()) }),
  Fetched.extend({ status: z.literal('DOES_NOT_COUNT'), reason: Rejection }),
]);
export type Activity = z.output<typeof Activity>;

interface FoundRun extends StravaActivity {
  readonly sport: Sport;
}

/** What was found, if it is a run of the athlete's own: a token opens what others show everybody, too. */
export function runOf(athleteId: number, found: StravaActivity | undefined): FoundRun | undefined {
  const sport = Sport.safeParse(found?.sport).data;
  return found?.athleteId === athleteId && sport ? { ...found, sport } : undefined;
}

/** What a run comes to by the rules of the game's own; `longest` is how long one counts, in milliseconds. */
export function judged(
  { id, name, sport }: FoundRun,
  points: readonly Point[],
  longest: number,
  fetchedAt: Date,
): Activity {
  const { refused, flags, pieces, verdict } = assess(points, { longest });
  const fetched = { id, name, sport, fetched_at: fetchedAt.toISOString(), refused: [...refused], flags: [...flags] };
  if (!verdict.counts) return { ...fetched, status: 'DOES_NOT_COUNT', reason: verdict.reason };
  return { ...fetched, ...verdict.measures, status: 'COUNTS', polylines: draw(pieces) };
}
