import * as z from 'zod';
import { type FieldError, InvalidRequest } from '../shared/errors.ts';
import { type Event, EventNotFound } from './event.ts';
import type { EventStore } from './event-store.ts';
import type { Member } from './member.ts';
import type { People } from './people.ts';

/** How a request names somebody: by user id or by email address. */
export const MemberReference = z.union([
  z.strictObject({ user_id: z.string().min(1).max(128) }),
  z.strictObject({ email: z.email().max(254).toLowerCase() }),
]);
export type MemberReference = z.infer<typeof MemberReference>;

/** At most so many members come or go in one request. */
export const MemberReferences = z.array(MemberReference).max(1000);

interface Deps {
  readonly events: EventStore;
  readonly people: People;
}

const emailsOf = (members: readonly Member[]) =>
  members.flatMap((member) => (member.status === 'INVITED' ? [member.email] : []));

/**
 * Who is meant: the address of an account stands for its user, any other address for somebody to invite.
 * Throws InvalidRequest naming `<field>.<n>.user_id` for users without an account.
 */
export async function resolveMembers(
  field: string,
  references: readonly MemberReference[],
  people: People,
): Promise<Member[]> {
  const [existing, idsByEmail] = await Promise.all([
    people.existing(references.flatMap((each) => ('user_id' in each ? [each.user_id] : []))),
    people.idsByEmail(references.flatMap((each) => ('email' in each ? [each.email] : []))),
  ]);
  const unknown: FieldError[] = references.flatMap((each, n) =>
    'user_id' in each && !existing.has(each.user_id)
      ? [{ field: `${field}.${n}.user_id`, reason: 'is not a user here' }]
      : [],
  );
  if (unknown.length > 0) throw new InvalidRequest(unknown);
  return references.map((each) => memberFor(each, idsByEmail));
}

function memberFor(reference: MemberReference, idsByEmail: ReadonlyMap<string, string>): Member {
  if ('user_id' in reference) return { status: 'MEMBER', user_id: reference.user_id };
  const { email } = reference;
  const user_id = idsByEmail.get(email);
  return user_id === undefined ? { status: 'INVITED', email } : { status: 'MEMBER', user_id, email };
}

/** Adds them. Throws EventNotFound when the event was deleted in the meantime. */
export async function addToEvent(event: Event, members: readonly Member[], deps: Deps): Promise<void> {
  if (members.length === 0) return;
  await deps.events.addMembers(event, members);
  await linkLateVerifiers(event, members, deps);
  if (await deps.events.find(event.id)) return;
  await deps.events.delete(event.id);
  throw new EventNotFound();
}

/** Whoever verified an address between the look for its account and the invitation was not linked by their sign-up. */
export async function linkLateVerifiers(event: Event, members: readonly Member[], deps: Deps): Promise<void> {
  const verified = await deps.people.idsByEmail(emailsOf(members));
  for (const [email, userId] of verified) await deps.events.linkInviteeOf(event.id, email, userId);
}

/** Who is to go: users without an account too. Throws InvalidRequest where the owner is among them. */
export async function resolveLeavers(
  field: string,
  references: readonly MemberReference[],
  event: Event,
  people: People,
): Promise<Member[]> {
  const idsByEmail = await people.idsByEmail(references.flatMap((each) => ('email' in each ? [each.email] : [])));
  const members = references.map((each) => memberFor(each, idsByEmail));
  const owner = members.flatMap((member, n) =>
    member.status === 'MEMBER' && member.user_id === event.owner_id
      ? [{ field: `${field}.${n}`, reason: 'is the owner of the event, who cannot leave it' }]
      : [],
  );
  if (owner.length > 0) throw new InvalidRequest(owner);
  return members;
}

/** Removes them; one by address as an invitee and as a member, whichever they are by now. */
export async function removeFromEvent(event: Event, members: readonly Member[], deps: Deps): Promise<void> {
  if (members.length === 0) return;
  const invitations = members.flatMap(({ email }) =>
    email === undefined ? [] : [{ status: 'INVITED' as const, email }],
  );
  await deps.events.removeMembers(event.id, [...members, ...invitations]);
  const verified = await deps.people.idsByEmail(emailsOf(members));
  const late = [...verified.values()].filter((userId) => userId !== event.owner_id);
  await deps.events.removeMembers(
    event.id,
    late.map((user_id) => ({ status: 'MEMBER', user_id })),
  );
}
