import type { AcknowledgeLink } from '../../notifications/acknowledge-link.ts';
import { InvalidRequest } from '../../shared/errors.ts';
import { type Occurrence, OccurrenceNotFound, occurrenceOfRef, occurrenceParts } from '../occurrence.ts';
import { type AcknowledgeDeps, acknowledgeOccurrence } from './acknowledge-occurrence.ts';
import { AcknowledgementNotAsked, AcknowledgementOver } from './asking.ts';
import { askPage, donePage, notSnoozedPage, refusedPage, tooLatePage } from './page.ts';

type Page = { readonly status: 200 | 400 | 403 | 410; readonly body: string };

const REFUSED = { status: 403, body: refusedPage } as const;
const TOO_LATE = { status: 410, body: tooLatePage } as const;

/** What a link shows before anything is pressed. */
export async function linkedPage(
  link: AcknowledgeLink | undefined,
  now: Date,
  { reminders }: Pick<AcknowledgeDeps, 'reminders'>,
): Promise<Page & { status: 200 | 403 | 410 }> {
  if (!link) return REFUSED;
  const parts = occurrenceParts(occurrenceOfRef(link.ref));
  const occurrence = parts && (await reminders.findOccurrence(parts.reminderId, parts.dueAt));
  if (!occurrence || now > link.expires) return TOO_LATE;
  if (occurrence.status === 'DELIVERING' && occurrence.asking && !occurrence.asking.end)
    return { status: 200, body: askPage };
  return donePageOf(occurrence, link.userId) ?? TOO_LATE;
}

/** What it shows after a button was pressed. */
export async function answeredPage(
  link: AcknowledgeLink | undefined,
  snooze: string | undefined,
  now: Date,
  deps: AcknowledgeDeps,
): Promise<Page> {
  if (!link) return REFUSED;
  if (now > link.expires) return TOO_LATE;
  const acknowledging = { occurrenceId: occurrenceOfRef(link.ref), by: link.userId, snooze };
  try {
    return donePageOf(await acknowledgeOccurrence(acknowledging, now, deps), link.userId) ?? TOO_LATE;
  } catch (error) {
    if (error instanceof InvalidRequest) return { status: 400, body: notSnoozedPage };
    const isLate = [OccurrenceNotFound, AcknowledgementNotAsked, AcknowledgementOver].some(
      (late) => error instanceof late,
    );
    if (isLate) return TOO_LATE;
    throw error;
  }
}

function donePageOf(occurrence: Occurrence, userId: string) {
  const end = 'asking' in occurrence ? occurrence.asking?.end : undefined;
  if (end?.kind !== 'ACKNOWLEDGED') return undefined;
  return { status: 200, body: donePage({ own: end.by === userId, snoozed: end.snooze !== undefined }) } as const;
}
