import { pause } from '../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../shared/errors.ts';
import { beginAsking, withoutToken } from './acknowledgement/asking.ts';
import type { Delivering, LifecycleInput, Occurrence, SUPERSEDED_BECAUSE } from './occurrence.ts';
import { advanceReminder, cancelReminder, eventIdOf, latestSend, moveReminder, type Reminder } from './reminder.ts';
import type { ReminderStore } from './reminder-store.ts';
import { type EventTime, zoneOf } from './schedule.ts';

export interface Claim extends LifecycleInput {
  /** Name of the execution that claims. */
  readonly execution: string;
  /** When that execution was started. */
  readonly armedAt: string;
}

export interface ClaimDeps {
  readonly reminders: Pick<ReminderStore, 'find' | 'findOccurrence' | 'claim' | 'supersede' | 'replace' | 'change'>;
  findEventTime(eventId: string): Promise<EventTime | undefined>;
  readonly now: () => Date;
}

export type ClaimStatus = 'CLAIMED' | 'SUPERSEDED' | 'EXPIRED';

const RIVALS = 5;

/**
 * Decides, in one conditional write, whether this execution sends the occurrence, and moves the reminder on before anything is sent.
 * Called again by the same execution it answers the same; an execution started in place of one that has died (`run` over 1) takes the
 * occurrence over as it stands.
 */
export async function claimOccurrence(claim: Claim, deps: ClaimDeps): Promise<ClaimStatus> {
  for (let rival = 0; rival < RIVALS; rival++) {
    const status = await tryToClaim(claim, deps);
    if (status) return status;
    await pause(rival);
  }
  throw new ChangedMeanwhile();
}

async function tryToClaim(claim: Claim, deps: ClaimDeps): Promise<ClaimStatus | undefined> {
  const [stored, occurrence] = await Promise.all([
    deps.reminders.find(claim.reminderId),
    deps.reminders.findOccurrence(claim.reminderId, claim.dueAt),
  ]);
  if (occurrence && occurrence.status !== 'SUPERSEDED') return claimAgain(occurrence, claim, deps);
  if (!stored) return 'SUPERSEDED';
  const eventId = eventIdOf(stored);
  const event = eventId === undefined ? undefined : await deps.findEventTime(eventId);
  const reminder = await asTheEventIs(stored, eventId, event, deps);

  const now = deps.now();
  const begun = {
    id: claim.occurrenceId,
    reminderId: claim.reminderId,
    ownerId: reminder.ownerId,
    dueAt: claim.dueAt,
    armedAt: claim.armedAt,
    execution: claim.execution,
    run: claim.run,
    revision: claim.revision,
  };
  if (reminder.status !== 'SCHEDULED' || reminder.revision !== claim.revision || reminder.dueAt !== claim.dueAt) {
    await deps.reminders.supersede({
      ...begun,
      status: 'SUPERSEDED',
      settledAt: now.toISOString(),
      because: whySuperseded(reminder),
    });
    return 'SUPERSEDED';
  }

  const after = advanceReminder(reminder, claim.occurrenceId, now);
  const { schedule, title, message, channels, audience, variables, notAfter, acknowledgement } = reminder;
  const timeZone = zoneOf(schedule, event);
  const claimed = {
    ...begun,
    claimedAt: now.toISOString(),
    content: {
      ...{ title, message, channels, audience, variables, timeZone },
      ...(notAfter === undefined ? {} : { notAfter }),
      ...(acknowledgement && { acknowledgement }),
      ...(eventId === undefined ? {} : { eventId }),
    },
    ...(after.status === 'SCHEDULED' ? { nextDueAt: after.dueAt } : {}),
  };
  const latest = latestSend(reminder, claim.dueAt);
  const expired = latest !== undefined && now > latest;
  const outcome: Occurrence = expired
    ? { ...claimed, status: 'EXPIRED', settledAt: now.toISOString() }
    : {
        ...claimed,
        status: 'DELIVERING',
        ...(acknowledgement && { asking: beginAsking(acknowledgement, now, latest) }),
      };
  const next = expired && after.status === 'FIRING' ? { ...after, status: 'COMPLETED' as const } : after;
  if (!(await deps.reminders.claim(reminder, next, outcome))) return undefined;
  return expired ? 'EXPIRED' : 'CLAIMED';
}

async function claimAgain(
  occurrence: Exclude<Occurrence, { status: 'SUPERSEDED' }>,
  claim: Claim,
  deps: ClaimDeps,
): Promise<ClaimStatus | undefined> {
  if (occurrence.execution === claim.execution) {
    if (occurrence.status === 'EXPIRED') return 'EXPIRED';
    return occurrence.status === 'DELIVERING' ? 'CLAIMED' : 'SUPERSEDED';
  }
  if (occurrence.status !== 'DELIVERING' || claim.run <= occurrence.run) return 'SUPERSEDED';
  const { execution, run } = claim;
  const { asking } = occurrence;
  const taken = { ...occurrence, execution, run, ...(asking && { asking: withoutToken(asking) }) };
  return (await deps.reminders.replace(occurrence, taken)) ? 'CLAIMED' : undefined;
}

/** A reminder that was set while its event was moved or deleted is put right here at the latest. */
async function asTheEventIs(
  reminder: Reminder,
  eventId: string | undefined,
  event: EventTime | undefined,
  { reminders, now }: ClaimDeps,
): Promise<Reminder> {
  if (eventId === undefined || reminder.status !== 'SCHEDULED') return reminder;
  const verb = (before: Reminder) =>
    event ? moveReminder(before, eventId, event, now()) : cancelReminder(before, now(), 'EVENT_DELETED');
  const after = verb(reminder);
  return after === reminder ? reminder : reminders.change(reminder.id, verb);
}

function whySuperseded(reminder: Reminder): (typeof SUPERSEDED_BECAUSE)[number] {
  if (reminder.status === 'CANCELLED' || reminder.status === 'PAUSED') return reminder.status;
  return 'CHANGED';
}

/** The occurrence that this execution may go on with. Throws when another one has it, or it has ended. */
export async function claimedOccurrence(
  input: Pick<LifecycleInput, 'reminderId' | 'dueAt' | 'run'>,
  reminders: Pick<ReminderStore, 'findOccurrence'>,
): Promise<Delivering> {
  return fencedOccurrence(await reminders.findOccurrence(input.reminderId, input.dueAt), input);
}

/** The same for one that was read. */
export function fencedOccurrence(
  occurrence: Occurrence | undefined,
  { reminderId, dueAt, run }: Pick<LifecycleInput, 'reminderId' | 'dueAt' | 'run'>,
): Delivering {
  if (occurrence?.status !== 'DELIVERING' || occurrence.run !== run) {
    throw new Error(`Occurrence ${reminderId} ${dueAt} is not this execution's`);
  }
  return occurrence;
}
