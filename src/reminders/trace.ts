import type * as z from 'zod';
import { pageAt } from '../notifications/delivery/delivery-page.ts';
import { OccurrenceNotFound, occurrenceParts } from './occurrence.ts';
import type { RemindersApi } from './reminders-api.ts';
import { type TraceView, viewTrace } from './view.ts';

type TraceDeps = Pick<RemindersApi, 'reminders' | 'deliveries' | 'cursors'>;

/** What became of one occurrence, for the reminder's owner. Throws OccurrenceNotFound, also for somebody else's. */
export async function traceOf(
  id: string,
  ownerId: string,
  cursor: string | undefined,
  deps: TraceDeps,
): Promise<z.input<typeof TraceView>> {
  const parts = occurrenceParts(id);
  if (!parts) throw new OccurrenceNotFound();
  const [reminder, occurrence, dispatch] = await Promise.all([
    deps.reminders.find(parts.reminderId),
    deps.reminders.findOccurrence(parts.reminderId, parts.dueAt),
    deps.deliveries.find(id),
  ]);
  if (!occurrence || reminder?.ownerId !== ownerId) throw new OccurrenceNotFound();

  const page = await pageAt(cursor, id, dispatch, deps);
  return viewTrace(occurrence, dispatch, page.rows, reminder, page.cursor);
}
