import type { RunStore } from '../runs/run-store.ts';
import { uploadTrack } from '../runs/upload.ts';
import { ActivityNotFound, SharingOff } from './connection.ts';
import type { StravaStore } from './strava-store.ts';

interface Deps {
  readonly store: Pick<StravaStore, 'connectionOf' | 'find' | 'pointsOf'>;
  readonly runs: Pick<RunStore, 'addBatch'>;
  readonly sharing: boolean;
}

/**
 * Uploads the points of an activity to an open run of the same user, as if they were recorded by the app, and answers how many there are; again,
 * it changes nothing. Throws SharingOff, ActivityNotFound, and what `uploadTrack` throws.
 */
export async function enterRun(
  { activityId, runId, userId }: { readonly activityId: number; readonly runId: string; readonly userId: string },
  { store, runs, sharing }: Deps,
  now: Date,
): Promise<number> {
  if (!sharing) throw new SharingOff();
  const connection = await store.connectionOf(userId);
  const activity = connection && (await store.find(connection.id, activityId, now));
  if (!connection || !activity) throw new ActivityNotFound();
  const points = await store.pointsOf(connection.id, activity);
  // It was fetched while sharing was off.
  if (points.length === 0) throw new ActivityNotFound();
  await uploadTrack({ id: runId, userId }, points, runs, now);
  return points.length;
}
