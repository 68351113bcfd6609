import * as z from 'zod';
import { PHONE_NUMBER } from '../channels/phone-number.ts';
import { problem } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import { DAY } from '../shared/time.ts';

/** Also the answer to somebody whom it is not for. */
export class InvitationNotFound extends problem('invitation-not-found', 404, 'No such invitation') {}
export class InvitationAnswered extends problem('invitation-answered', 409, 'The invitation has its answer') {}
export class InvitationWithdrawn extends problem('invitation-withdrawn', 410, 'The invitation was withdrawn') {}
export class InvitationExpired extends problem('invitation-expired', 410, 'The invitation has expired') {}
export class AlreadyMember extends problem('already-a-member', 409, 'They are in the group') {}
export class DeclinedLately extends problem(
  'declined-lately',
  409,
  'They have declined, and can be invited again thirty days after that',
) {}
export class TooManyInvitations extends problem(
  'too-many-invitations',
  409,
  'As many invitations of the group are open as may be; withdraw some, or wait for answers',
) {}

/** Whom an invitation is for, as the one who sent it named them: by user id, email address or phone (E.164). */
export const Invitee = z.union([
  z.strictObject({ user_id: z.string().min(1).max(128) }),
  z.strictObject({ email: z.email().max(254).toLowerCase() }),
  z.strictObject({ phone: z.string().regex(PHONE_NUMBER, 'must be a phone number such as +48123456789') }),
]);
export type Invitee = z.output<typeof Invitee>;

const instant = z.iso.datetime();

const Sent = z.object({
  /** What apps know as `group_invitation_logs_id`. */
  id: z.string(),
  /** Of the request that created it. */
  fingerprint: z.string(),
  group_id: z.string(),
  invited_by: z.string(),
  to: Invitee,
  created_at: instant,
  /** It can be answered before this instant, whenever its invitee signs up. */
  expires_at: instant,
  revision: z.int().min(1),
});

const Lasting = Sent.extend({
  /** The execution that has it. */
  run: z.int().min(1),
  /** When that is to move on; one that is still as it was a while later has lost its execution. */
  due: instant,
  /** Set when it was given up to move it on: it can be answered, but nobody is reminded. */
  failed_at: instant.optional(),
});

const Ended = Sent.extend({ ended_at: instant });

/** An invitation to a group. `user_id` is whose it is; nobody but they get to see it. */
export const Invitation = z.discriminatedUnion('status', [
  /** Nobody has verified the address yet; its execution begins when somebody does, or at its end. */
  Lasting.extend({ status: z.literal('WAITING_FOR_SIGN_UP') }),
  Lasting.extend({ status: z.literal('OPEN'), user_id: z.string(), opened_at: instant }),
  Ended.extend({ status: z.literal('ACCEPTED'), user_id: z.string() }),
  Ended.extend({ status: z.literal('DECLINED'), user_id: z.string() }),
  Ended.extend({ status: z.literal('WITHDRAWN'), user_id: z.string().optional() }),
  Ended.extend({ status: z.literal('EXPIRED'), user_id: z.string().optional() }),
]);
export type Invitation = z.output<typeof Invitation>;
export type OpenInvitation = Extract<Invitation, { status: 'OPEN' }>;
type LastingInvitation = Extract<Invitation, { status: 'OPEN' | 'WAITING_FOR_SIGN_UP' }>;

/** How somebody answers. */
export type Answer = 'ACCEPTED' | 'DECLINED';

/** In one group at the same time, as far as they are counted: of several at the same moment some more may come through. */
export const MOST_OPEN = 500;

/** So long after declining nobody is invited again. */
const AFTER_DECLINING = 30 * DAY;
/** Within this time a person is told of one invitation to a group at most. */
const TOLD_AGAIN_AFTER = DAY;

const isPast = (at: string, now: Date) => Date.parse(at) <= now.getTime();

interface Sending {
  readonly creation: Creation;
  readonly groupId: string;
  readonly invitedBy: string;
  readonly to: Invitee;
  /** Whose the address is; undefined while it is nobody's. */
  readonly userId: string | undefined;
  /** Milliseconds until it expires. */
  readonly lasts: number;
}

/** An invitation of somebody who is known, or of an address that waits for them to sign up. */
export function invite({ creation, groupId, invitedBy, to, userId, lasts }: Sending, now: Date): Invitation {
  const at = now.toISOString();
  const expires_at = new Date(now.getTime() + lasts).toISOString();
  const sent = { ...creation, group_id: groupId, invited_by: invitedBy, to, created_at: at, expires_at, revision: 1 };
  return userId === undefined
    ? { ...sent, status: 'WAITING_FOR_SIGN_UP', run: 1, due: expires_at }
    : { ...sent, status: 'OPEN', user_id: userId, run: 1, due: at, opened_at: at };
}

const raised = <T extends { revision: number }>(invitation: T): T => ({
  ...invitation,
  revision: invitation.revision + 1,
});

/** Makes it the invitation of the user who has verified the address that it waits for; any other is no change. */
export function openFor(invitation: Invitation, userId: string, now: Date): Invitation {
  if (invitation.status !== 'WAITING_FOR_SIGN_UP' || isPast(invitation.expires_at, now)) return invitation;
  const at = now.toISOString();
  return { ...raised(invitation), status: 'OPEN', user_id: userId, due: at, opened_at: at };
}

/** Puts down when its execution is to move on; one that has ended, or that another execution has, is no change. */
export function expectMoveAt(invitation: Invitation, run: number, at: Date): Invitation {
  const due = at.toISOString();
  if (invitation.status !== 'OPEN' || invitation.run !== run || invitation.due === due) return invitation;
  return { ...raised(invitation), due };
}

/** Hands it to its `run`-th execution; one that has ended, or that a later one has, is no change. */
export function takeOver(invitation: Invitation, run: number, now: Date): Invitation {
  if (!isLasting(invitation) || invitation.run >= run) return invitation;
  return { ...raised(invitation), run, due: now.toISOString() };
}

/** No execution moves it on any more; one that has ended is no change. */
export function giveUp(invitation: Invitation, now: Date): Invitation {
  return isLasting(invitation) ? { ...raised(invitation), failed_at: now.toISOString() } : invitation;
}

/** What stays of an invitation that ends. */
const endOf = (invitation: Invitation, now: Date) => ({
  ...raised(Sent.parse(invitation)),
  ended_at: now.toISOString(),
});

const ownerOf = (invitation: Invitation) =>
  invitation.status === 'WAITING_FOR_SIGN_UP' ? undefined : invitation.user_id;

/**
 * The answer of the user whose invitation it is; the same one again is no change. Throws InvitationNotFound for everybody else,
 * InvitationAnswered for another answer than the first, InvitationWithdrawn, and InvitationExpired from its last instant on.
 */
export function answerInvitation(invitation: Invitation, userId: string, answer: Answer, now: Date): Invitation {
  if (invitation.status === 'WAITING_FOR_SIGN_UP' || invitation.user_id !== userId) throw new InvitationNotFound();
  if (invitation.status === answer) return invitation;
  ensureOpen(invitation, now);
  return { ...endOf(invitation, now), status: answer, user_id: userId };
}

/** Takes it back; again is no change. Throws InvitationAnswered, InvitationExpired. */
export function withdraw(invitation: Invitation, now: Date): Invitation {
  if (invitation.status === 'WITHDRAWN') return invitation;
  ensureOpen(invitation, now);
  return { ...endOf(invitation, now), status: 'WITHDRAWN', user_id: ownerOf(invitation) };
}

/** The same for what may be over by then, which is no change. */
export const withdrawIfOpen = (invitation: Invitation, now: Date): Invitation =>
  isOpen(invitation, now) ? withdraw(invitation, now) : invitation;

/** Ends it when its time is over and it has no end yet; any other is no change. */
export function expire(invitation: Invitation, now: Date): Invitation {
  if (!isLasting(invitation) || !isPast(invitation.expires_at, now)) return invitation;
  return { ...endOf(invitation, now), status: 'EXPIRED', user_id: ownerOf(invitation) };
}

/** Whether it has no end yet. */
export const isLasting = (invitation: Invitation): invitation is LastingInvitation =>
  invitation.status === 'OPEN' || invitation.status === 'WAITING_FOR_SIGN_UP';

function ensureOpen(invitation: Invitation, now: Date): void {
  if (invitation.status === 'ACCEPTED' || invitation.status === 'DECLINED') throw new InvitationAnswered();
  if (invitation.status === 'WITHDRAWN') throw new InvitationWithdrawn();
  if (invitation.status === 'EXPIRED' || isPast(invitation.expires_at, now)) throw new InvitationExpired();
}

/** Whether it can still be answered, once its invitee is known. */
export const isOpen = (invitation: Invitation, now: Date): boolean =>
  isLasting(invitation) && !isPast(invitation.expires_at, now);

/** Whether whoever it was for has declined so lately that they are left alone. */
const wasDeclinedLately = (invitation: Invitation, now: Date): boolean =>
  invitation.status === 'DECLINED' && Date.parse(invitation.ended_at) + AFTER_DECLINING > now.getTime();

/** Throws DeclinedLately when the last invitation of somebody stands in the way of the next one. */
export function ensureInvitableAgain(last: Invitation, now: Date): void {
  if (wasDeclinedLately(last, now)) throw new DeclinedLately();
}

/** The last invitation of somebody to a group. */
export interface Last {
  readonly id: string;
  /** Undefined when it is kept no longer. */
  readonly invitation: Invitation | undefined;
}

/** The last that a person was told of, or has answered, in a group. */
export interface Told extends Last {
  readonly at: Date;
}

/**
 * Whether a person is told of an invitation, of whom `told` was the last one to the same group: not of two that are open at the same
 * time (by user id and by address, for one), not lately after declining, and not of several within a day.
 */
export function isTold(invitation: OpenInvitation, told: Told | undefined, now: Date): boolean {
  if (!told || told.id === invitation.id) return true;
  if (told.at.getTime() + TOLD_AGAIN_AFTER > now.getTime()) return false;
  return !told.invitation || !(isOpen(told.invitation, now) || wasDeclinedLately(told.invitation, now));
}

/** Throws InvitationAnswered for whoever has joined by another invitation of that time: were they removed, it brings them back no more. */
export function ensureNotUsedUp(invitation: Invitation, told: Told | undefined): void {
  const last = told?.invitation;
  if (last?.status !== 'ACCEPTED' || last.id === invitation.id) return;
  if (last.ended_at >= invitation.created_at) throw new InvitationAnswered();
}

/** Until when its execution waits for the first time: the reminder, `after` milliseconds from when its invitee could know, or its end. */
export function waitsUntil({ opened_at, expires_at }: OpenInvitation, after: number): Date {
  return new Date(Math.min(Date.parse(opened_at) + after, Date.parse(expires_at)));
}

/** The name of the `run`-th execution of an invitation. */
export const invitationExecution = (id: string, run: number) => `${id}_${run}`;
