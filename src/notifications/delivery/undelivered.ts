import { batchNames, isSettled, type LogRow, latestRows } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';

/** By then nearly everything has its outcome: all tries of a batch take some seven minutes. Milliseconds. */
export const SETTLED_WITHIN = 30 * 60 * 1000;
/** Batches of one dispatch that are read. */
const MOST_BATCHES = 20;

/**
 * How many deliveries of a dispatch, of its first batches, have no outcome and do not wait for an instant that is still to come;
 * undefined where their recipients were not even selected.
 */
export async function undelivered(
  dispatchId: string,
  deliveries: Pick<DeliveryStore, 'find' | 'readBatch'>,
  now: Date,
): Promise<number | undefined> {
  const dispatch = await deliveries.find(dispatchId);
  if (!dispatch?.selection) return undefined;
  const names = batchNames(dispatch.selection).slice(0, MOST_BATCHES);
  const batches = await Promise.all(names.map((name) => deliveries.readBatch(dispatchId, name)));
  const open = batches.flatMap(({ recipients, rows }) => {
    const latest = latestRows(rows);
    return recipients.filter((userId) => !hasOutcome(latest.get(userId), now));
  });
  return open.length;
}

function hasOutcome(row: LogRow | undefined, now: Date): boolean {
  const until = row?.until;
  return isSettled(row) || (until !== undefined && Date.parse(until) + SETTLED_WITHIN > now.getTime());
}
