import * as z from 'zod';
import type { EventMembers } from '../events/event-members.ts';
import type { GroupStore } from '../groups/group-store.ts';
import { ChannelChoice } from '../notifications/delivery/delivery.ts';
import { type FieldError, InvalidRequest } from '../shared/errors.ts';
import { formatZoned } from '../shared/time.ts';
import type { UserStore } from '../users/user-store.ts';
import { availableVariables, groupFor, sampleVariables } from './audience.ts';
import {
  Acknowledgement,
  Audience,
  eventIdOf,
  groupIdOf,
  latestSend,
  NotAfter,
  type Reminder,
  type ReminderContent,
} from './reminder.ts';
import {
  checkSchedule,
  type EventTime,
  nextDue,
  type ScheduleInput,
  scheduleInput,
  type Upcoming,
  upcoming,
  withZone,
  zoneOf,
} from './schedule.ts';

const variableName = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9_]{0,39}$/, 'a name of letters, digits and _, beginning with a small letter')
  .refine((name) => !(name in Object.prototype), 'a name that means something else already');
/** Numbers as the tables hold them exactly. */
const variableNumber = z
  .number()
  .refine((n) => n === 0 || (Math.abs(n) >= 1e-6 && Math.abs(n) <= Number.MAX_SAFE_INTEGER), {
    error: 'a number from 0.000001 to 9007199254740991; anything else as a text',
  });
const variableValue = z.union([z.string().max(500), variableNumber, z.boolean()]);

const Variables = z
  .record(variableName, variableValue)
  .refine((all) => Object.keys(all).length <= 50, 'at most 50')
  .describe('Values for title and message');

/** What somebody sends to set a reminder. */
export const ReminderInput = z.strictObject({
  title: z.string().trim().min(1).max(200).describe('Liquid'),
  message: z.string().trim().min(1).max(4000).describe('Liquid'),
  schedule: scheduleInput,
  channels: ChannelChoice.default('preferred').describe(
    'A list in the place of a channel names alternatives, of which the first that reaches the recipient is used',
  ),
  audience: Audience.default({ kind: 'me' }),
  variables: Variables.default({}),
  notAfter: NotAfter.optional().describe('Too late to send: an instant, or a duration after the due instant'),
  acknowledgement: Acknowledgement.optional().describe(
    'Asks that somebody says to have seen it; when nobody does in time, the next tier is tried',
  ),
});
export type ReminderInput = z.output<typeof ReminderInput>;

/** What somebody sends to change one: any part of it, and at least one. `null` takes `notAfter` or `acknowledgement` away. */
export const ReminderChanges = z
  .strictObject({
    title: ReminderInput.shape.title.optional(),
    message: ReminderInput.shape.message.optional(),
    schedule: scheduleInput.optional(),
    channels: ChannelChoice.optional(),
    audience: Audience.optional(),
    variables: Variables.optional(),
    notAfter: NotAfter.nullable().optional(),
    acknowledgement: Acknowledgement.nullable().optional(),
  })
  .refine((changes) => Object.values(changes).some((value) => value !== undefined), 'changes nothing');
export type ReminderChanges = z.output<typeof ReminderChanges>;

export interface CheckDeps {
  readonly events: Pick<EventMembers, 'findFor'>;
  readonly groups: Pick<GroupStore, 'find' | 'isMember'>;
  readonly users: Pick<UserStore, 'find' | 'findMany'>;
}

export interface Checked {
  readonly content: ReminderContent;
  /** The event that the schedule goes by. */
  readonly event: EventTime | undefined;
}

/** The time of the event that a reminder goes by, as it is now; undefined as well where its owner is no member any more. */
export async function eventTimeOf(
  { schedule, ownerId }: Pick<Reminder, 'schedule' | 'ownerId'>,
  { events }: Pick<CheckDeps, 'events'>,
): Promise<EventTime | undefined> {
  return 'eventId' in schedule ? (await events.findFor(schedule.eventId, ownerId))?.starts_at : undefined;
}

/** The next moments of a reminder: the one that it is scheduled for, which may be a snoozed one, and then those of its schedule. */
export async function upcomingOf(
  reminder: Reminder,
  count: number,
  now: Date,
  deps: Pick<CheckDeps, 'events'>,
): Promise<Upcoming[]> {
  if (reminder.status !== 'SCHEDULED') return [];
  const event = await eventTimeOf(reminder, deps);
  const timeZone = zoneOf(reminder.schedule, event);
  const due = new Date(reminder.dueAt);
  const first = { at: formatZoned(due.getTime(), timeZone), instant: reminder.dueAt, timeZone };
  const after = due > now ? due : now;
  return [first, ...('eventId' in reminder.schedule ? [] : upcoming(reminder.schedule, after, count - 1))];
}

/**
 * Fills in the person's own zone and looks at everything that could keep the reminder from going off: moments, zones, rules, template
 * variables, people and events. Throws InvalidRequest with a reason per field.
 */
export async function checkReminder(
  input: ReminderInput,
  ownerId: string,
  now: Date,
  deps: CheckDeps,
): Promise<Checked> {
  const schedule = withZone(input.schedule, await zoneFor(input.schedule, ownerId, deps));
  const { notAfter, acknowledgement, ...rest } = input;
  const content = { ...rest, schedule, ...given(notAfter, acknowledgement) };
  return checkContent(content, ownerId, now, deps, true);
}

/** The same for changes to a reminder; moments are looked at where the schedule is changed. */
export async function checkChanges(
  reminder: Reminder,
  changes: ReminderChanges,
  now: Date,
  deps: CheckDeps,
): Promise<Checked> {
  const { schedule: moved, notAfter = reminder.notAfter, acknowledgement = reminder.acknowledgement } = changes;
  const schedule = moved ? withZone(moved, await zoneFor(moved, reminder.ownerId, deps)) : reminder.schedule;
  const content: ReminderContent = {
    title: changes.title ?? reminder.title,
    message: changes.message ?? reminder.message,
    schedule,
    channels: changes.channels ?? reminder.channels,
    audience: changes.audience ?? reminder.audience,
    variables: changes.variables ?? reminder.variables,
    ...given(notAfter, acknowledgement),
  };
  return checkContent(content, reminder.ownerId, now, deps, moved !== undefined);
}

/** What there is of the two that a reminder may do without. */
const given = (
  notAfter: ReminderContent['notAfter'] | null,
  acknowledgement: ReminderContent['acknowledgement'] | null,
): Pick<ReminderContent, 'notAfter' | 'acknowledgement'> => ({
  ...(notAfter === undefined || notAfter === null ? {} : { notAfter }),
  ...(acknowledgement === undefined || acknowledgement === null ? {} : { acknowledgement }),
});

async function checkContent(
  content: ReminderContent,
  ownerId: string,
  now: Date,
  deps: CheckDeps,
  checkMoments: boolean,
): Promise<Checked> {
  const eventId = eventIdOf(content);
  const event = eventId === undefined ? undefined : (await deps.events.findFor(eventId, ownerId))?.starts_at;
  const ofSchedule = 'eventId' in content.schedule ? event : undefined;
  const moments = checkMoments ? checkSchedule(content.schedule, now, ofSchedule) : [];

  const errors: FieldError[] = [
    ...moments.map(({ field, reason }) => ({ field: `schedule.${field}`, reason })),
    ...(moments.length > 0 ? [] : checkNotAfter(content, nextDue(content.schedule, now, ofSchedule))),
    ...(await checkAudience(content, event, ownerId, deps)),
    ...(await checkTiers(content, event, ownerId, deps)),
    ...(await checkTexts(content, eventId)),
  ];
  if (errors.length > 0) throw new InvalidRequest(errors);
  return { content, event: ofSchedule };
}

async function zoneFor(schedule: ScheduleInput, ownerId: string, { users }: CheckDeps): Promise<string> {
  if ('eventId' in schedule || schedule.timeZone !== undefined) return 'UTC';
  return (await users.find(ownerId))?.time_zone ?? 'UTC';
}

async function checkAudience(
  { audience, schedule }: ReminderContent,
  event: EventTime | undefined,
  ownerId: string,
  deps: CheckDeps,
): Promise<FieldError[]> {
  if (audience.kind === 'event' || audience.kind === 'unanswered') {
    if ('eventId' in schedule && schedule.eventId !== audience.eventId) {
      return [{ field: 'audience.eventId', reason: 'is another event than that of the schedule' }];
    }
    return event ? [] : [{ field: 'audience.eventId', reason: 'there is no such event' }];
  }
  if (audience.kind === 'group' || audience.kind === 'groupAdmins') {
    const group = await groupFor(audience.groupId, ownerId, deps);
    return group ? [] : [{ field: 'audience.groupId', reason: 'there is no such group' }];
  }
  if (audience.kind === 'me') return [];
  const known = await deps.users.findMany(audience.userIds);
  return audience.userIds.flatMap((id, index) =>
    known.has(id) ? [] : [{ field: `audience.userIds.${index}`, reason: 'there is no such user' }],
  );
}

/** The audiences of the tiers that follow, as the first one is looked at. */
async function checkTiers(
  content: ReminderContent,
  event: EventTime | undefined,
  ownerId: string,
  deps: CheckDeps,
): Promise<FieldError[]> {
  const [eventId, groupId] = [eventIdOf(content), groupIdOf(content)];
  const tiers = (content.acknowledgement?.then ?? []).map(async ({ audience }, n): Promise<FieldError[]> => {
    const another = anotherThan(audience, eventId, groupId);
    const errors = another ? [another] : await checkAudience({ ...content, audience }, event, ownerId, deps);
    return errors.map(({ field, reason }) => ({ field: `acknowledgement.then.${n}.${field}`, reason }));
  });
  return (await Promise.all(tiers)).flat();
}

/** A reminder is about one event and one group at most: who may not know of them gets nothing of it. */
function anotherThan(
  audience: Audience,
  eventId: string | undefined,
  groupId: string | undefined,
): FieldError | undefined {
  if ('eventId' in audience && audience.eventId !== eventId)
    return { field: 'audience.eventId', reason: 'is another event than that of the reminder' };
  if ('groupId' in audience && audience.groupId !== groupId)
    return { field: 'audience.groupId', reason: 'is another group than that of the reminder' };
  return undefined;
}

function checkNotAfter(content: ReminderContent, due: Date | undefined): FieldError[] {
  const latest = due && latestSend(content, due.toISOString());
  if (!latest || latest > due) return [];
  return [
    { field: 'notAfter', reason: `is not later than ${due.toISOString()}, when it is due: it would never be sent` },
  ];
}

async function checkTexts(content: ReminderContent, eventId: string | undefined): Promise<FieldError[]> {
  // A fifth of the function's start would be the template engine, which most requests have no use for.
  const { checkTemplate, tryTemplate } = await import('../notifications/templates/liquid.ts');
  const { title, message, variables } = content;
  const has = { event: eventId !== undefined, group: groupIdOf(content) !== undefined };
  const available = availableVariables(variables, has);
  const check = (field: string, text: string) => {
    const reasons = checkTemplate(text, available);
    return (reasons.length > 0 ? reasons : tryTemplate(text, sampleVariables(variables))).map((reason) => ({
      field,
      reason,
    }));
  };
  return [...check('title', title), ...check('message', message)];
}
