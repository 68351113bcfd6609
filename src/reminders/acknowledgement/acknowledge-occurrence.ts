import type { DeliveryStore } from '../../notifications/delivery/delivery-store.ts';
import { InvalidRequest } from '../../shared/errors.ts';
import type { Executions } from '../../shared/workflow/executions.ts';
import { armIfSoon } from '../arm.ts';
import { isInAudience, type MembershipSources } from '../audience.ts';
import { dispatchIds, type Occurrence, OccurrenceNotFound, occurrenceParts } from '../occurrence.ts';
import { againAt, latestSend, snoozeUntil } from '../reminder.ts';
import type { ReminderStore } from '../reminder-store.ts';
import { AcknowledgementNotAsked, AcknowledgementOver, acknowledge, type Snooze, tierOn } from './asking.ts';
import { type AskingDeps, changeAsking, followDecision, wake } from './change-asking.ts';

export interface AcknowledgeDeps extends AskingDeps, MembershipSources {
  readonly reminders: AskingDeps['reminders'] & Pick<ReminderStore, 'find'>;
  readonly deliveries: AskingDeps['deliveries'] & Pick<DeliveryStore, 'includes'>;
  readonly executions: Executions;
}

interface Acknowledging {
  readonly occurrenceId: string;
  readonly by: string;
  /** ISO 8601 duration after which the reminder goes off again. */
  readonly snooze: string | undefined;
}

/**
 * Somebody says to have seen an occurrence: the first one counts, and whoever comes later is told of that one. Throws OccurrenceNotFound,
 * AcknowledgementNotAsked, AcknowledgementOver and, for a snooze that would be too late to be sent, InvalidRequest.
 */
export async function acknowledgeOccurrence(
  { occurrenceId, by, snooze }: Acknowledging,
  now: Date,
  deps: AcknowledgeDeps,
): Promise<Occurrence> {
  const parts = occurrenceParts(occurrenceId);
  if (!parts) throw new OccurrenceNotFound();
  const again = snooze === undefined ? undefined : await snoozed(parts.reminderId, snooze, now, deps);
  const after = await changeAsking(parts, ({ asking }) => acknowledge(asking, by, again, now), deps);
  if (!after) throw new OccurrenceNotFound();
  const end = endOf(after);
  if (end.kind !== 'ACKNOWLEDGED') throw new AcknowledgementOver(OVER[end.kind]);
  const remindedAgain = await followDecision(after, deps, now);
  await wake(after, deps);
  if (remindedAgain) await armIfSoon(remindedAgain, deps, now);
  return after;
}

/** How asking for an occurrence ended. Throws AcknowledgementNotAsked and, where it was given up, AcknowledgementOver. */
function endOf(occurrence: Occurrence) {
  if (occurrence.status === 'SUPERSEDED' || occurrence.status === 'EXPIRED') throw new AcknowledgementNotAsked();
  if (!occurrence.asking) throw new AcknowledgementNotAsked();
  if (!occurrence.asking.end) throw new AcknowledgementOver('Its execution failed before anybody acknowledged it.');
  return occurrence.asking.end;
}

const OVER = {
  UNACKNOWLEDGED: 'Nobody acknowledged it in time.',
  WITHDRAWN: 'The reminder was cancelled, paused or changed meanwhile.',
} as const;

async function snoozed(id: string, snooze: string, now: Date, { reminders }: AcknowledgeDeps): Promise<Snooze> {
  const reminder = await reminders.find(id);
  if (!reminder) throw new OccurrenceNotFound();
  const until = againAt(reminder, snoozeUntil(snooze, now));
  const latest = latestSend(reminder, until.toISOString());
  if (latest && latest < until) {
    throw new InvalidRequest([{ field: 'snooze', reason: 'is later than the notAfter of the reminder' }]);
  }
  return { until: until.toISOString(), revision: reminder.revision };
}

/**
 * The occurrence, for somebody who may acknowledge it: its owner, whoever it was sent to, and whoever it is meant for. To anybody else it
 * is as good as none. Throws OccurrenceNotFound.
 */
export async function askedOccurrence(id: string, userId: string, deps: AcknowledgeDeps): Promise<Occurrence> {
  const parts = occurrenceParts(id);
  const occurrence = parts && (await deps.reminders.findOccurrence(parts.reminderId, parts.dueAt));
  if (!occurrence || !(await isAsked(occurrence, userId, deps))) throw new OccurrenceNotFound();
  return occurrence;
}

async function isAsked(occurrence: Occurrence, userId: string, deps: AcknowledgeDeps): Promise<boolean> {
  if (occurrence.ownerId === userId) return true;
  if (!('content' in occurrence)) return false;
  const { audience, acknowledgement } = occurrence.content;
  const begun = occurrence.asking ? tierOn(occurrence.asking) : 0;
  const next = acknowledgement?.then.slice(0, begun) ?? [];
  for (const each of [audience, ...next.map((tier) => tier.audience)]) {
    if (await isInAudience(each, occurrence.ownerId, userId, deps)) return true;
  }
  for (const id of dispatchIds(occurrence)) if (await deps.deliveries.includes(id, userId)) return true;
  return false;
}
