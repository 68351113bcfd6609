import type * as z from 'zod';
import { type DeliveryPage, type DeliveryRow, deliveryPage } from '../notifications/delivery/delivery-page.ts';
import type { DeliveryStore } from '../notifications/delivery/delivery-store.ts';
import type { Cursors } from '../shared/http/cursor.ts';
import { dispatchIds, type Occurrence, OccurrenceNotFound, occurrenceParts } from './occurrence.ts';
import type { ReminderStore } from './reminder-store.ts';
import { type TraceView, viewTrace } from './view.ts';

interface TraceDeps {
  readonly reminders: Pick<ReminderStore, 'find' | 'findOccurrence'>;
  readonly deliveries: Pick<DeliveryStore, 'find' | 'readBatch'>;
  readonly cursors: Cursors;
}

/** What became of one occurrence, for the reminder's owner. Throws OccurrenceNotFound, also for somebody else's. */
export async function traceOf(
  id: string,
  ownerId: string,
  cursor: string | undefined,
  deps: TraceDeps,
): Promise<z.input<typeof TraceView>> {
  const parts = occurrenceParts(id);
  if (!parts) throw new OccurrenceNotFound();
  const [reminder, occurrence] = await Promise.all([
    deps.reminders.find(parts.reminderId),
    deps.reminders.findOccurrence(parts.reminderId, parts.dueAt),
  ]);
  if (!occurrence || reminder?.ownerId !== ownerId) throw new OccurrenceNotFound();

  const scope = `deliveries ${id}`;
  const at = deps.cursors.open(scope, cursor);
  const first = await deps.deliveries.find(id);
  const page = await pageOf(occurrence, { tier: Number(at?.tier ?? 0), from: Number(at?.from ?? 0) }, deps);
  return viewTrace(occurrence, first, page.rows, reminder, deps.cursors.seal(scope, page.next));
}

/** Deliveries from a batch of a tier on, tier after tier, until a page is full. */
async function pageOf(
  occurrence: Occurrence,
  { tier, from }: { tier: number; from: number },
  { deliveries }: Pick<TraceDeps, 'deliveries'>,
) {
  const ids = dispatchIds(occurrence);
  const asked = 'asking' in occurrence && occurrence.asking !== undefined;
  const rows: (DeliveryRow & { tier: number | undefined })[] = [];
  let batch: number | undefined = from;
  for (let at = tier; at < ids.length; at++, batch = 0) {
    const dispatch = await deliveries.find(ids[at] ?? '');
    while (dispatch && batch !== undefined) {
      if (rows.length >= A_PAGE) return { rows, next: { tier: at, from: batch } };
      const page: DeliveryPage = await deliveryPage(dispatch, batch, deliveries);
      rows.push(...page.rows.map((row) => ({ ...row, tier: asked ? at : undefined })));
      batch = page.next;
    }
  }
  return { rows, next: undefined };
}

/** Deliveries after which no other part of the log is read for a page. */
const A_PAGE = 400;
