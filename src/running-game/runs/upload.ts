import { chunks } from '../../shared/chunks.ts';
import type { Point } from './assessment.ts';
import { MOST_POINTS, MOST_POINTS_A_BATCH, RunFull } from './run.ts';
import type { RunStore } from './run-store.ts';

/**
 * Stores a recorded track as the batches 0, 1, 2 and so on of a run, so that one that was uploaded in part is completed by uploading it again.
 * Throws RunFull before anything is stored of one that is too long by itself, and what `addBatch` throws: a run with points of another track
 * has other batches.
 */
export async function uploadTrack(
  run: { readonly id: string; readonly userId: string },
  points: readonly Point[],
  runs: Pick<RunStore, 'addBatch'>,
  now: Date,
): Promise<void> {
  if (points.length > MOST_POINTS) throw new RunFull();
  for (const [seq, part] of chunks(points, MOST_POINTS_A_BATCH).entries()) {
    await runs.addBatch(run, { seq, points: part }, now);
  }
}
