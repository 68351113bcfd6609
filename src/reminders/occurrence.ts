import * as z from 'zod';
import { Tally } from '../notifications/delivery/delivery.ts';
import { problem } from '../shared/errors.ts';
import { Asking, tierOn } from './acknowledgement/asking.ts';
import { ReminderContent } from './reminder.ts';

export class OccurrenceNotFound extends problem('occurrence-not-found', 404, 'No such occurrence') {}

const instant = z.iso.datetime();

/** Why an occurrence did not take place. */
export const SUPERSEDED_BECAUSE = ['CANCELLED', 'PAUSED', 'CHANGED'] as const;

const Base = z.object({
  id: z.string(),
  reminderId: z.string(),
  ownerId: z.string(),
  dueAt: instant,
  /** When its execution was started. */
  armedAt: instant,
  /** Name of the execution that has it, and which one for this occurrence that is: 1, and more after a restart. */
  execution: z.string(),
  run: z.number().int().min(1),
  /** The reminder's revision that it goes by. */
  revision: z.number().int(),
  /** Goes up with every write; absent after the first. */
  version: z.number().int().optional(),
});

/** What was claimed: the content as it was then, so that a later edit changes nothing of what goes out. */
const Claimed = Base.extend({
  claimedAt: instant,
  content: ReminderContent.omit({ schedule: true }).extend({
    eventId: z.string().optional(),
    /** Of the schedule, or of the event that it goes by. */
    timeZone: z.string(),
  }),
  /** When the reminder is due next, as computed at the claim. */
  nextDueAt: instant.optional(),
  /** Where the content asks for an acknowledgement. */
  asking: Asking.optional(),
});

/** Recipients are being selected and sent to. */
const Delivering = Claimed.extend({ status: z.literal('DELIVERING') });
const Delivered = Claimed.extend({ status: z.literal('DELIVERED'), settledAt: instant, tally: Tally });
/** The same, and somebody has acknowledged it, or nobody has in time. */
const Acknowledged = Delivered.extend({ status: z.literal('ACKNOWLEDGED') });
const Unacknowledged = Delivered.extend({ status: z.literal('UNACKNOWLEDGED') });
/** Every execution of it failed; what was not sent is not sent any more. */
const Failed = Claimed.extend({ status: z.literal('FAILED'), settledAt: instant, error: z.string() });
/** Claimed later than `notAfter` allows: nothing was sent. */
const Expired = Claimed.extend({ status: z.literal('EXPIRED'), settledAt: instant });
/** The reminder had been cancelled, paused or changed: nothing was sent. */
const Superseded = Base.extend({
  status: z.literal('SUPERSEDED'),
  settledAt: instant,
  because: z.enum(SUPERSEDED_BECAUSE),
});

export const Occurrence = z.discriminatedUnion('status', [
  Delivering,
  Delivered,
  Acknowledged,
  Unacknowledged,
  Failed,
  Expired,
  Superseded,
]);
export type Occurrence = z.output<typeof Occurrence>;
export type Delivering = z.output<typeof Delivering>;

/** What the execution of an occurrence is told; ids and instants only. */
export const LifecycleInput = z.object({
  reminderId: z.string(),
  occurrenceId: z.string(),
  dueAt: instant,
  revision: z.number().int(),
  run: z.number().int().min(1),
});
export type LifecycleInput = z.output<typeof LifecycleInput>;

/** `20261201T080000Z`: an instant without the characters that names of executions may not have. */
const compact = (dueAt: string) => `${dueAt.slice(0, 19).replace(/[-:]/g, '')}Z`;

export const occurrenceId = (reminderId: string, dueAt: string) => `${reminderId}_${compact(dueAt)}`;

/** An occurrence's id taken apart; undefined when it is not of that form. Occurrences are due at whole seconds. */
export function occurrenceParts(id: string): { reminderId: string; dueAt: string } | undefined {
  const match = /^([0-9a-f-]{36})_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(id);
  if (!match) return undefined;
  const [, reminderId = '', year, month, day, hour, minute, second] = match;
  return { reminderId, dueAt: `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z` };
}

export type ExecutionParts = Pick<LifecycleInput, 'reminderId' | 'dueAt' | 'revision'>;

/** The name of an execution taken apart; undefined when it is not of that form. */
export function executionParts(name: string): ExecutionParts | undefined {
  const [, id = '', revision] = /^(.+)-r(\d+)(?:-\d+)?$/.exec(name) ?? [];
  const parts = occurrenceParts(id);
  return parts && { ...parts, revision: Number(revision) };
}

/** Of what a tier sends: the occurrence's own, and one more for each tier that follows. */
const dispatchId = (id: string, tier: number) => (tier === 0 ? id : `${id}-t${tier}`);

/** The ids of all that an occurrence has sent, tier by tier; of one that asks for nothing there is one. */
export function dispatchIds(occurrence: Pick<Occurrence, 'id'> & { readonly asking?: Asking | undefined }): string[] {
  const last = occurrence.asking ? tierOn(occurrence.asking) : 0;
  return Array.from({ length: last + 1 }, (_, tier) => dispatchId(occurrence.id, tier));
}

/** To whom, and where, a tier of it goes. */
export const atTier = ({ content }: Pick<Delivering, 'content'>, tier: number) =>
  content.acknowledgement?.then[tier - 1] ?? content;

/** An occurrence's id in 27 characters, for links. */
export function occurrenceRef(id: string): string {
  const parts = occurrenceParts(id);
  if (!parts) throw new Error('not the id of an occurrence');
  const bytes = Buffer.alloc(20);
  bytes.write(parts.reminderId.replaceAll('-', ''), 'hex');
  bytes.writeUInt32BE(Date.parse(parts.dueAt) / 1000, 16);
  return bytes.toString('base64url');
}

/** The id that `occurrenceRef` was made of. */
export function occurrenceOfRef(ref: string): string {
  const bytes = Buffer.from(ref, 'base64url');
  const [, ...groups] = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(bytes.toString('hex')) ?? [];
  return occurrenceId(groups.join('-'), new Date(bytes.readUInt32BE(16) * 1000).toISOString());
}

/** At most 80 characters (Step Functions API reference): 36 + 17 + up to 12 for revision and run. */
export function executionName({ reminderId, dueAt, revision, run }: Omit<LifecycleInput, 'occurrenceId'>): string {
  const name = `${occurrenceId(reminderId, dueAt)}-r${revision}`;
  return run === 1 ? name : `${name}-${run}`;
}
