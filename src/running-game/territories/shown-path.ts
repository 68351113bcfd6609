import { hideEnds } from '../runs/lines.ts';
import type { RunStore } from '../runs/run-store.ts';
import { pathOf } from '../runs/save-run.ts';
import type { Path } from './plan-capture.ts';

/** Where a saved run led, and what of it others see with that many metres hidden around its ends. Undefined for one that is not saved. */
export async function shownPath(
  runId: string,
  runs: Pick<RunStore, 'find' | 'batchesOf'>,
  privacyRadius: number,
): Promise<Path | undefined> {
  const path = await pathOf(runId, runs);
  if (!path) return undefined;
  const { id, user_id, saved_at, pieces, ends } = path;
  return { run_id: id, user_id, saved_at, pieces, shown: hideEnds(pieces, ends, privacyRadius) };
}
