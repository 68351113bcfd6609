import type { ChannelName } from '../../channels/channel.ts';
import type { Outcome } from '../../channels/outcome.ts';
import type { Cursors } from '../../shared/http/cursor.ts';
import { channelOf, type Dispatch, type LogRow, latestRows, logNames } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { allRows } from './make-anew.ts';

/** Batches read for one page of the log: up to 500 deliveries. */
const BATCHES_A_PAGE = 10;

export interface DeliveryRow {
  readonly channel: ChannelName;
  readonly row: LogRow;
  /** The times that it was deferred before. */
  readonly deferrals: readonly LogRow[];
  /** The times that it failed before, and was redriven. */
  readonly failures: readonly LogRow[];
}

export interface DeliveryPage {
  readonly rows: DeliveryRow[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: number | undefined;
}

/** The last word about each delivery of a dispatch, from its `from`-th batch on; `PENDING` for those that nobody has turned to yet. */
export async function deliveryPage(
  dispatch: Dispatch,
  from: number,
  deliveries: Pick<DeliveryStore, 'readBatch'>,
): Promise<DeliveryPage> {
  if (!dispatch.selection) return { rows: [], next: undefined };
  const names = logNames(dispatch.selection);
  const end = from + BATCHES_A_PAGE;
  const batches = await Promise.all(
    names.slice(from, end).map(async (name) => ({ name, batch: await deliveries.readBatch(dispatch.id, name) })),
  );
  const rows = batches.flatMap(({ name, batch }) => {
    const rows = allRows(batch);
    const latest = latestRows(rows);
    const ids = batch.recipients.length > 0 ? batch.recipients : [...latest.keys()];
    return ids.map((id) => {
      const row = latest.get(id) ?? untouched(id, dispatch);
      const before = (outcome: Outcome) =>
        rows.filter((each) => each.user_id === id && each.outcome === outcome && each !== row);
      return { channel: channelOf(name), row, deferrals: before('DEFERRED'), failures: before('FAILED') };
    });
  });
  return { rows, next: end < names.length ? end : undefined };
}

/** The page that a cursor leads to, and the cursor of the next one; nothing where there is no dispatch yet. */
export async function pageAt(
  cursor: string | undefined,
  id: string,
  dispatch: Dispatch | undefined,
  { deliveries, cursors }: { deliveries: Pick<DeliveryStore, 'readBatch'>; cursors: Cursors },
): Promise<{ rows: DeliveryRow[]; cursor: string | undefined }> {
  const scope = `deliveries ${id}`;
  const from = Number(cursors.open(scope, cursor)?.from ?? 0);
  if (!dispatch) return { rows: [], cursor: undefined };
  const { rows, next } = await deliveryPage(dispatch, from, deliveries);
  return { rows, cursor: cursors.seal(scope, next === undefined ? undefined : { from: next }) };
}

const untouched = (userId: string, dispatch: Dispatch): LogRow => ({
  user_id: userId,
  outcome: 'PENDING',
  reason: 'AWAITING_SEND',
  at: dispatch.selected_at ?? dispatch.created_at,
  attempts: 0,
});
