import { assess } from './assess.ts';
import type { Assessment, Place, Point } from './assessment.ts';
import { draw, hideEnds } from './lines.ts';
import {
  abandonRun,
  type Drawn,
  endRun,
  limitsOf,
  NothingUploaded,
  type OpenRun,
  type Run,
  RunNotFound,
} from './run.ts';
import type { RunStore } from './run-store.ts';

export interface SaveDeps {
  readonly runs: Pick<RunStore, 'change' | 'batchesOf'>;
  /** Metres around a run's ends that others do not see. */
  readonly privacyRadius: number;
}

/**
 * Its runner finishes a run: it is saved or rejected by what was uploaded. One that has ended is answered as it is. Throws RunNotFound for
 * somebody else's, NothingUploaded, ChangedMeanwhile.
 */
export function finishRun(id: string, userId: string, deps: SaveDeps, now: Date): Promise<Run> {
  return deps.runs.change(id, (run) => {
    if (run.user_id !== userId) throw new RunNotFound();
    if (run.status !== 'OPEN') return run;
    if (run.batches === 0) throw new NothingUploaded();
    return judged(run, deps, now);
  });
}

/**
 * Ends a run that its runner has not finished: it is saved or rejected by what was uploaded, or abandoned. One that has ended is answered as
 * it is. What is saved is captured by way of the sweep of captures. Throws RunNotFound, ChangedMeanwhile.
 */
export function closeRun(id: string, deps: SaveDeps, now: Date): Promise<Run> {
  return deps.runs.change(id, (run) => {
    if (run.status !== 'OPEN') return run;
    return run.batches === 0 ? abandonRun(run, now) : judged(run, deps, now);
  });
}

async function judged(run: OpenRun, { runs, privacyRadius }: SaveDeps, now: Date): Promise<Run> {
  const assessment = assess(await pointsOf(run.id, runs), limitsOf(run, now));
  return endRun(run, assessment, drawn(assessment, privacyRadius), now);
}

/** What its runner and others see of a track. Nothing of one that does not count: it may leap so often that it takes minutes to hide its ends. */
export function drawn({ pieces, ends, verdict }: Assessment, privacyRadius: number): Drawn {
  if (!verdict.counts) return { polylines: [], shown: [] };
  return { polylines: draw(pieces), shown: draw(hideEnds(pieces, ends, privacyRadius)) };
}

async function pointsOf(id: string, runs: Pick<RunStore, 'batchesOf'>): Promise<Point[]> {
  const points: Point[] = [];
  for await (const batch of runs.batchesOf(id)) points.push(...batch.points);
  return points;
}

/** Where a saved run went, by the points that count. */
export interface RunPath {
  readonly id: string;
  readonly user_id: string;
  readonly event_id: string;
  readonly saved_at: string;
  /** A piece ends, and another one begins, where the runner has leapt. */
  readonly pieces: readonly (readonly Place[])[];
  /** Where it began and ended. */
  readonly ends: readonly Place[];
}

/** The path of a run as it was saved, or undefined for one that is not. Its points are judged again, as they were then. */
export async function pathOf(id: string, runs: Pick<RunStore, 'find' | 'batchesOf'>): Promise<RunPath | undefined> {
  const run = await runs.find(id);
  if (run?.status !== 'SAVED') return undefined;
  const { user_id, event_id, saved_at } = run;
  const { pieces, ends } = assess(await pointsOf(id, runs), limitsOf(run, new Date(saved_at)));
  return { id, user_id, event_id, saved_at, pieces, ends };
}
