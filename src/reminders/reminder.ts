import * as z from 'zod';
import { ChannelChoice } from '../notifications/delivery/delivery.ts';
import { durationWithin, milliseconds } from '../shared/duration.ts';
import { problem } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import { DAY, parseDuration } from '../shared/time.ts';
import { UserId } from '../users/user-id.ts';
import { type EventTime, firstDue, nextDue, schedule } from './schedule.ts';

const instant = z.iso.datetime();

export const Audience = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('me') }),
  z.strictObject({ kind: z.literal('users'), userIds: z.array(UserId).min(1).max(1000) }),
  z.strictObject({ kind: z.literal('event'), eventId: z.uuid() }),
  /** Its members who have not answered it. */
  z.strictObject({ kind: z.literal('unanswered'), eventId: z.uuid() }),
  z.strictObject({ kind: z.literal('group'), groupId: z.uuid() }),
  /** Its owner and its admins. */
  z.strictObject({ kind: z.literal('groupAdmins'), groupId: z.uuid() }),
]);
export type Audience = z.output<typeof Audience>;

/** Too late to send: an instant, or how long after an occurrence's due instant (ISO 8601 duration of hours, minutes, seconds or days). */
export const NotAfter = z.union([
  z.iso.datetime({ offset: true }),
  z.string().refine((text) => parseDuration(text) !== undefined, {
    error: 'an instant such as 2026-12-01T10:00:00Z, or a duration such as PT1H after it is due',
  }),
]);

/** How long somebody is waited for: 10 seconds to 24 hours. */
const Within = durationWithin(10_000, DAY, 'a duration from PT10S to PT24H');

/** Tiers after the first; the machine counts them, too. */
const MOST_TIERS = 5;

/** Asks that somebody says to have seen it: when nobody does in time, the next tier is tried. */
export const Acknowledgement = z.strictObject({
  within: Within,
  // biome-ignore lint/suspicious/noThenProperty: a list, which nothing calls
  then: z
    .array(z.strictObject({ channels: ChannelChoice.default('preferred'), audience: Audience, within: Within }))
    .max(MOST_TIERS)
    .default([]),
});
export type Acknowledgement = z.output<typeof Acknowledgement>;

/** What a person decides about a reminder. Title and message are Liquid. */
export const ReminderContent = z.object({
  title: z.string(),
  message: z.string(),
  schedule,
  channels: ChannelChoice,
  audience: Audience,
  variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  notAfter: NotAfter.optional(),
  acknowledgement: Acknowledgement.optional(),
});
export type ReminderContent = z.output<typeof ReminderContent>;

const Base = ReminderContent.extend({
  id: z.string(),
  ownerId: z.string(),
  /** Goes up with every change that concerns what is on its way. */
  revision: z.number().int().min(1),
  fingerprint: z.string(),
  createdAt: instant,
  updatedAt: instant,
  /** Where the schedule goes by an event: the moment that was derived from it; `dueAt` may be a snoozed one. */
  derivedDueAt: instant.optional(),
  /** The occurrence that went off last. */
  lastOccurrenceId: z.string().optional(),
});

/** Goes off at `dueAt`. */
const Scheduled = Base.extend({ status: z.literal('SCHEDULED'), dueAt: instant });
/** Its last occurrence is being delivered. */
const Firing = Base.extend({ status: z.literal('FIRING') });
/** Waits to be resumed. */
const Paused = Base.extend({ status: z.literal('PAUSED') });
const Cancelled = Base.extend({ status: z.literal('CANCELLED'), reason: z.enum(['BY_OWNER', 'EVENT_DELETED']) });
/** There is no occurrence left. */
const Completed = Base.extend({ status: z.literal('COMPLETED') });

export const Reminder = z.discriminatedUnion('status', [Scheduled, Firing, Paused, Cancelled, Completed]);
export type Reminder = z.output<typeof Reminder>;
export type ReminderStatus = Reminder['status'];
export const REMINDER_STATUSES = [
  'SCHEDULED',
  'FIRING',
  'PAUSED',
  'CANCELLED',
  'COMPLETED',
] as const satisfies ReminderStatus[];

export class ReminderNotFound extends problem('reminder-not-found', 404, 'No such reminder') {}
export class ReminderOver extends problem('reminder-over', 409, 'This reminder is over') {}
export class ReminderNotPaused extends problem('reminder-not-paused', 409, 'This reminder is not paused') {}
export class NothingLeft extends problem('nothing-left', 409, 'Its schedule has no moment left') {}

type Fields = z.output<typeof Base>;

/** What every status has, without what belongs to the one before. */
function base(reminder: Reminder, now: Date): Fields {
  return { ...Base.parse(reminder), updatedAt: now.toISOString() };
}

const raised = (reminder: Reminder, now: Date): Fields => ({ ...base(reminder, now), revision: reminder.revision + 1 });

/** Notes which moment of an event a reminder was set by, so that a change of anything else of the event is told from a move. */
function derived(fields: Fields, event: EventTime | undefined): Fields {
  const { derivedDueAt: _, ...rest } = fields;
  const moment = 'eventId' in fields.schedule ? firstDue(fields.schedule, new Date(0), event) : undefined;
  return moment ? { ...rest, derivedDueAt: moment.toISOString() } : rest;
}

function scheduled(fields: Fields, due: Date | undefined): Reminder {
  return due ? { ...fields, status: 'SCHEDULED', dueAt: due.toISOString() } : { ...fields, status: 'COMPLETED' };
}

/** A new reminder of a checked content; `event` is the one that its schedule names. Throws NothingLeft. */
export function createReminder(
  creation: Creation,
  ownerId: string,
  content: ReminderContent,
  event: EventTime | undefined,
  now: Date,
): Reminder {
  const due = nextDue(content.schedule, now, event);
  if (!due) throw new NothingLeft();
  const at = now.toISOString();
  const fields: Fields = { ...content, ...creation, ownerId, revision: 1, createdAt: at, updatedAt: at };
  return scheduled(derived(fields, event), due);
}

/**
 * Gives a reminder a new content. One that is over, or cancelled, comes back by a new schedule only. Throws ReminderOver,
 * NothingLeft.
 */
export function editReminder(
  reminder: Reminder,
  content: ReminderContent,
  reschedule: boolean,
  event: EventTime | undefined,
  now: Date,
): Reminder {
  if (!reschedule && reminder.status !== 'SCHEDULED' && reminder.status !== 'PAUSED') throw new ReminderOver();
  const { notAfter: _, acknowledgement: __, ...rest } = raised(reminder, now);
  const fields: Fields = { ...rest, ...content };
  if (reminder.status === 'PAUSED') return { ...fields, status: 'PAUSED' };
  if (reminder.status === 'SCHEDULED' && !reschedule) return { ...fields, status: 'SCHEDULED', dueAt: reminder.dueAt };
  const due = nextDue(fields.schedule, now, event);
  if (!due) throw new NothingLeft();
  return scheduled(derived(fields, event), due);
}

/** Ends a reminder for good; what is on its way is withdrawn by whoever stores this. Cancelling again changes nothing. Throws ReminderOver. */
export function cancelReminder(
  reminder: Reminder,
  now: Date,
  reason: 'BY_OWNER' | 'EVENT_DELETED' = 'BY_OWNER',
): Reminder {
  if (reminder.status === 'CANCELLED') return reminder;
  if (reminder.status === 'COMPLETED') throw new ReminderOver();
  return { ...raised(reminder, now), status: 'CANCELLED', reason };
}

/** Holds a reminder back until it is resumed; occurrences in between do not take place. Pausing again changes nothing. Throws ReminderOver. */
export function pauseReminder(reminder: Reminder, now: Date): Reminder {
  if (reminder.status === 'PAUSED') return reminder;
  if (reminder.status !== 'SCHEDULED') throw new ReminderOver();
  return { ...raised(reminder, now), status: 'PAUSED' };
}

/** Goes on with the first occurrence after `now`. Throws ReminderNotPaused, NothingLeft. */
export function resumeReminder(reminder: Reminder, event: EventTime | undefined, now: Date): Reminder {
  if (reminder.status === 'SCHEDULED') return reminder;
  if (reminder.status !== 'PAUSED') throw new ReminderNotPaused();
  const due = nextDue(reminder.schedule, now, event);
  if (!due) throw new NothingLeft();
  return scheduled(derived(raised(reminder, now), event), due);
}

/** At most a year, in whole seconds. */
export const SnoozeFor = durationWithin(1000, 366 * DAY, 'a duration such as PT10M, at most P366D');

/** What whoever acknowledges an occurrence may put it off by: a day at most. */
export const SnoozeShortly = durationWithin(1000, DAY, 'a duration of a day at most');

/** The instant at which somebody has been waited for so long, from `since` on. */
export const waitedUntil = (within: Acknowledgement['within'], since: Date): Date =>
  new Date(since.getTime() + milliseconds(within));

/** The whole second after `now` plus the duration: occurrences are due at whole seconds. */
export const snoozeUntil = (length: z.output<typeof SnoozeFor>, now: Date): Date =>
  new Date(Math.ceil((now.getTime() + milliseconds(length)) / 1000) * 1000);

/**
 * Puts the coming occurrence off until `until`, or, where there is none any more, goes off once again then. The schedule goes on
 * after that. Throws ReminderOver for a cancelled one.
 */
export function snoozeReminder(reminder: Reminder, until: Date, now: Date): Reminder {
  if (reminder.status === 'CANCELLED' || reminder.status === 'PAUSED') throw new ReminderOver();
  return scheduled(raised(reminder, now), until);
}

/** When a reminder goes off that somebody wants to hear of again at `until`: its next moment, where that comes first. */
export const againAt = (reminder: Reminder, until: Date): Date =>
  reminder.status === 'SCHEDULED' && Date.parse(reminder.dueAt) <= until.getTime() ? new Date(reminder.dueAt) : until;

/**
 * Goes off once more at `until`, for whoever has seen it and wants to hear of it again. No moment of its schedule is left out for that;
 * one that is over by its owner's will stays so.
 */
export function remindAgain(reminder: Reminder, until: Date, now: Date): Reminder {
  if (reminder.status === 'CANCELLED' || reminder.status === 'PAUSED') return reminder;
  if (reminder.status === 'SCHEDULED' && Date.parse(reminder.dueAt) <= until.getTime()) return reminder;
  return snoozeReminder(reminder, until, now);
}

/**
 * Follows an event that has moved; one that starts when it did changes nothing, also where the reminder was snoozed. A moment that
 * would have been before `now` is not made up for: the reminder is over.
 */
export function moveReminder(reminder: Reminder, eventId: string, event: EventTime, now: Date): Reminder {
  if (!('eventId' in reminder.schedule) || reminder.schedule.eventId !== eventId) return reminder;
  if (reminder.status === 'CANCELLED' || reminder.status === 'PAUSED') return reminder;
  const fields = derived(raised(reminder, now), event);
  if (fields.derivedDueAt === reminder.derivedDueAt) return reminder;
  return scheduled(fields, firstDue(reminder.schedule, now, event));
}

/**
 * What the reminder is once the occurrence of `dueAt` has been claimed. Its revision stays, since nothing of it was changed. One that
 * goes by an event is due once, unless the event moves.
 */
export function advanceReminder(
  reminder: Reminder & { status: 'SCHEDULED' },
  occurrenceId: string,
  now: Date,
): Reminder {
  const due = 'eventId' in reminder.schedule ? undefined : nextDue(reminder.schedule, new Date(reminder.dueAt));
  const fields = { ...base(reminder, now), lastOccurrenceId: occurrenceId };
  return due ? scheduled(fields, due) : { ...fields, status: 'FIRING' };
}

/** What a reminder is once an occurrence has been delivered: over, if it was the last one; any other status is left alone. */
export function completeReminder(reminder: Reminder, occurrenceId: string, now: Date): Reminder {
  if (reminder.status !== 'FIRING' || reminder.lastOccurrenceId !== occurrenceId) return reminder;
  return { ...base(reminder, now), status: 'COMPLETED' };
}

/** The last moment at which an occurrence of `dueAt` may still be sent; undefined for no limit. A month is 30 days. */
export function latestSend(reminder: Pick<ReminderContent, 'notAfter'>, dueAt: string): Date | undefined {
  if (reminder.notAfter === undefined) return undefined;
  const length = parseDuration(reminder.notAfter);
  if (!length) return new Date(reminder.notAfter);
  return new Date(Date.parse(dueAt) + length.exact + (length.days + length.months * 30) * DAY);
}

/** Whom a reminder is for, tier by tier. */
const audiencesOf = ({ audience, acknowledgement }: Pick<ReminderContent, 'audience' | 'acknowledgement'>) => [
  audience,
  ...(acknowledgement?.then ?? []).map((tier) => tier.audience),
];

/** The event that a reminder's time or audience depends on; there is one at most. */
export function eventIdOf(
  content: Pick<ReminderContent, 'schedule' | 'audience' | 'acknowledgement'>,
): string | undefined {
  if ('eventId' in content.schedule) return content.schedule.eventId;
  return audiencesOf(content).flatMap((audience) => ('eventId' in audience ? audience.eventId : []))[0];
}

/** The group whose people, or some of them, an audience of it is; there is one at most. */
export function groupIdOf(content: Pick<ReminderContent, 'audience' | 'acknowledgement'>): string | undefined {
  return audiencesOf(content).flatMap((audience) => ('groupId' in audience ? audience.groupId : []))[0];
}
