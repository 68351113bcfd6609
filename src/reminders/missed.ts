import { ARM_AHEAD } from './arm.ts';
import { type ExecutionParts, executionParts, type Occurrence, occurrenceId } from './occurrence.ts';
import { CLAIMED_WITHIN } from './overdue.ts';
import type { Reminder } from './reminder.ts';
import { upcoming } from './schedule.ts';

/** Why an occurrence that a schedule asks for did not take place as it should have. */
export const FAULTS = ['LOST', 'LATE', 'EXPIRED', 'GIVEN_UP'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Missed {
  readonly occurrenceId: string;
  readonly dueAt: string;
  readonly fault: Fault;
}

/** A reminder, and whether the due index has it. */
export interface Found {
  readonly reminder: Reminder;
  readonly isIndexed: boolean;
}

type Moment = Pick<ExecutionParts, 'reminderId' | 'dueAt'>;

export interface MissedDeps {
  /** Names of the lifecycle's executions, newest first, that were started from an instant on. */
  armed(from: Date): AsyncIterable<string>;
  readonly reminders: {
    findAll(ids: readonly string[]): Promise<Found[]>;
    findOccurrences(moments: readonly Moment[]): Promise<Occurrence[]>;
  };
}

/** More are not compared in one look. */
const MOST_COMPARED = 5_000;
/** Moments of one reminder that are looked for. */
const MOST_MOMENTS = 20;

const idOf = ({ reminderId, dueAt }: Moment) => occurrenceId(reminderId, dueAt);

/**
 * Compares what should have happened from `from` on, and until a minute before `now`, with the log. What should have happened is what
 * was armed, and what the schedules of those reminders ask for between that and their next moment. What was never armed is still in
 * the due index, and `overdue`'s.
 */
export async function missed(from: Date, now: Date, deps: MissedDeps): Promise<Missed[]> {
  const until = new Date(now.getTime() - CLAIMED_WITHIN);
  const armed = await armedBetween(from, until, deps);
  const found = await deps.reminders.findAll([...new Set(armed.map(({ reminderId }) => reminderId))]);
  const reminders = new Map(found.map((each) => [each.reminder.id, each]));
  const scheduled = armed.flatMap((each) => between(each, reminders.get(each.reminderId)?.reminder, until));
  const expected = new Map([...scheduled, ...armed].map((each) => [idOf(each), each]));
  const log = new Map((await deps.reminders.findOccurrences([...expected.values()])).map((each) => [each.id, each]));
  return [...expected].flatMap(([id, moment]) => {
    const fault = faultOf(moment, log.get(id), reminders.get(moment.reminderId));
    return fault ? [{ occurrenceId: id, dueAt: moment.dueAt, fault }] : [];
  });
}

async function armedBetween(from: Date, until: Date, deps: MissedDeps): Promise<ExecutionParts[]> {
  const found: ExecutionParts[] = [];
  // Whatever is due then was started up to five minutes before, and a sweep's minute.
  for await (const name of deps.armed(new Date(from.getTime() - ARM_AHEAD - CLAIMED_WITHIN))) {
    const parts = executionParts(name);
    if (parts && parts.dueAt >= from.toISOString() && parts.dueAt <= until.toISOString()) found.push(parts);
    if (found.length === MOST_COMPARED) break;
  }
  return found;
}

/** What the schedule asks for after an occurrence and before the moment that the reminder waits for: a claim moves it on by one. */
function between(armed: ExecutionParts, reminder: Reminder | undefined, until: Date): ExecutionParts[] {
  // A change starts anew from its own instant; and what goes by an event is due once.
  if (reminder?.revision !== armed.revision || 'eventId' in reminder.schedule) return [];
  if (reminder.status !== 'SCHEDULED' || reminder.dueAt <= armed.dueAt) return [];
  const end = [until.toISOString(), reminder.dueAt].sort()[0] ?? reminder.dueAt;
  return upcoming(reminder.schedule, new Date(armed.dueAt), MOST_MOMENTS)
    .filter(({ instant }) => instant < end)
    .map(({ instant }) => ({ ...armed, dueAt: instant }));
}

function faultOf(
  { dueAt, revision }: ExecutionParts,
  occurrence: Occurrence | undefined,
  found: Found | undefined,
): Fault | undefined {
  if (!occurrence) {
    // Deleted, changed, or not claimed yet, which is `overdue`'s as long as the due index has it.
    if (found?.reminder.revision !== revision) return undefined;
    const { reminder, isIndexed } = found;
    return isIndexed && reminder.status === 'SCHEDULED' && reminder.dueAt <= dueAt ? undefined : 'LOST';
  }
  if (occurrence.status === 'SUPERSEDED') return undefined;
  if (occurrence.status === 'FAILED') return 'GIVEN_UP';
  const isLate = Date.parse(occurrence.claimedAt) - Date.parse(dueAt) > CLAIMED_WITHIN;
  // In time, it was its owner's own `notAfter` that a recurring reminder has come to.
  return isLate ? (occurrence.status === 'EXPIRED' ? 'EXPIRED' : 'LATE') : undefined;
}
