import * as z from 'zod';
import { Forbidden, problem } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';

/** What its owner and admins write about a group. */
export const GroupContent = z.strictObject({
  name: z.string().trim().min(1).max(100),
  description: z.string().max(2000).optional(),
});
export type GroupContent = z.infer<typeof GroupContent>;

export const Group = z.object({
  ...GroupContent.shape,
  id: z.string(),
  /** `CLOSING` from the moment it is deleted until the last row of it is gone: for everybody else it does not exist any more. */
  status: z.enum(['OPEN', 'CLOSING']),
  /** The one member whose role is owner. */
  owner_id: z.string(),
  /** Raised by every change of the group itself, its owner included; not by members who come, go or change roles. */
  revision: z.int().min(1),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  /** Of the request that created it, to tell its repeat from another request with the same key. */
  fingerprint: z.string(),
});
export type Group = z.infer<typeof Group>;

/** There is exactly one owner. Owner and admins edit the group, invite and remove; roles, handing over and deleting are the owner's. */
export const Role = z.enum(['owner', 'admin', 'member']);
export type Role = z.infer<typeof Role>;

/** Which roles the owner gives; the owner's own goes by handing over. */
export const GivenRole = Role.exclude(['owner']);
export type GivenRole = z.infer<typeof GivenRole>;

export const GroupMember = z.object({ user_id: z.string(), role: Role, joined_at: z.iso.datetime() });
export type GroupMember = z.infer<typeof GroupMember>;

/** Also the answer to somebody who is no member, and so may not know that it exists. */
export class GroupNotFound extends problem('group-not-found', 404, 'No such group') {}
export class GroupMemberNotFound extends problem('group-member-not-found', 404, 'No such member of the group') {}
export class OwnerStays extends problem('owner-stays', 409, 'The owner of a group hands it over first') {}

/** A group with those of its members whom a change concerns; whoever is not among them is no member. */
export interface Circle {
  readonly group: Group;
  readonly members: ReadonlyMap<string, GroupMember>;
}

/** A change of a group's content; `null` takes the description away. */
export const GroupChanges = z.strictObject({
  name: GroupContent.shape.name.optional(),
  description: GroupContent.shape.description.unwrap().nullable().optional(),
});
export type GroupChanges = z.infer<typeof GroupChanges>;

export function createGroup(creation: Creation, ownerId: string, content: GroupContent, now: Date): Circle {
  const at = now.toISOString();
  const { id, fingerprint } = creation;
  const fields = { ...content, id, fingerprint, owner_id: ownerId, revision: 1, created_at: at, updated_at: at };
  const owner: GroupMember = { user_id: ownerId, role: 'owner', joined_at: at };
  return { group: { ...fields, status: 'OPEN' }, members: new Map([[ownerId, owner]]) };
}

/** The member that a user is. Throws GroupNotFound where they are none, or the group is being deleted. */
export function memberOf({ group, members }: Circle, userId: string): GroupMember {
  const member = members.get(userId);
  if (group.status !== 'OPEN' || !member) throw new GroupNotFound();
  return member;
}

/** Whether a role allows to edit the group, to invite, and to remove members. */
export const manages = (role: Role): boolean => role !== 'member';

/** Throws GroupNotFound for whoever is no member, Forbidden for a mere member. */
export function ensureManager(circle: Circle, userId: string): GroupMember {
  const member = memberOf(circle, userId);
  if (!manages(member.role)) throw new Forbidden('Only the owner and the admins of a group do that');
  return member;
}

function ensureOwner(circle: Circle, userId: string): GroupMember {
  const member = memberOf(circle, userId);
  if (member.role !== 'owner') throw new Forbidden('Only the owner of a group does that');
  return member;
}

function otherMember({ members }: Circle, userId: string): GroupMember {
  const member = members.get(userId);
  if (!member) throw new GroupMemberNotFound();
  return member;
}

const raised = (group: Group, now: Date): Group => ({
  ...group,
  revision: group.revision + 1,
  updated_at: now.toISOString(),
});

function withMember({ group, members }: Circle, member: GroupMember): Circle {
  return { group, members: new Map(members).set(member.user_id, member) };
}

function without({ group, members }: Circle, userId: string): Circle {
  const rest = new Map(members);
  rest.delete(userId);
  return { group, members: rest };
}

/** The very same circle, revision included, when the changes change nothing. Throws GroupNotFound, Forbidden. */
export function editGroup(circle: Circle, callerId: string, changes: GroupChanges, now: Date): Circle {
  ensureManager(circle, callerId);
  const { group, members } = circle;
  const name = changes.name ?? group.name;
  const description = changes.description === undefined ? group.description : (changes.description ?? undefined);
  if (name === group.name && description === group.description) return circle;
  return { group: { ...raised(group, now), name, description }, members };
}

/** Makes a member of somebody; who is one already stays what they are. Throws GroupNotFound where the group is being deleted. */
export function joinGroup(circle: Circle, userId: string, now: Date): Circle {
  if (circle.group.status !== 'OPEN') throw new GroupNotFound();
  if (circle.members.has(userId)) return circle;
  return withMember(circle, { user_id: userId, role: 'member', joined_at: now.toISOString() });
}

/** Throws GroupNotFound for whoever is no member, OwnerStays. */
export function leaveGroup(circle: Circle, userId: string): Circle {
  if (memberOf(circle, userId).role === 'owner') throw new OwnerStays();
  return without(circle, userId);
}

/** The owner removes anybody else, admins remove plain members, and everybody themselves. Throws GroupNotFound, Forbidden, GroupMemberNotFound, OwnerStays. */
export function removeMember(circle: Circle, callerId: string, userId: string): Circle {
  if (callerId === userId) return leaveGroup(circle, userId);
  const caller = ensureManager(circle, callerId);
  const { role } = otherMember(circle, userId);
  if (caller.role !== 'owner' && manages(role)) throw new Forbidden('Only the owner of a group removes an admin');
  return without(circle, userId);
}

/** Throws GroupNotFound, Forbidden, GroupMemberNotFound, and OwnerStays where it is the owner's own role. */
export function changeRole(circle: Circle, callerId: string, userId: string, role: GivenRole): Circle {
  ensureOwner(circle, callerId);
  const member = otherMember(circle, userId);
  if (member.role === 'owner') throw new OwnerStays();
  return member.role === role ? circle : withMember(circle, { ...member, role });
}

/**
 * Makes an owner of another member, and an admin of the one before; handing over to who owns it already changes nothing, also where
 * the one before asks again. Throws GroupNotFound, Forbidden, GroupMemberNotFound.
 */
export function handOver(circle: Circle, callerId: string, userId: string, now: Date): Circle {
  memberOf(circle, callerId);
  if (circle.group.owner_id === userId) return circle;
  const caller = ensureOwner(circle, callerId);
  const heir = otherMember(circle, userId);
  const group = { ...raised(circle.group, now), owner_id: userId };
  const before: Circle = { group, members: circle.members };
  return withMember(withMember(before, { ...caller, role: 'admin' }), { ...heir, role: 'owner' });
}

/** The first step of deleting it; the owner may take it again, to finish. Throws GroupNotFound, Forbidden. */
export function closeGroup(circle: Circle, callerId: string, now: Date): Circle {
  const { group, members } = circle;
  if (group.status === 'CLOSING' && group.owner_id === callerId) return circle;
  ensureOwner(circle, callerId);
  return { group: { ...raised(group, now), status: 'CLOSING' }, members };
}

/** Who gets a group when `userId` goes: the admin who has been in it longest, else the member who has; undefined where nobody is left. */
export function heirOf(members: readonly GroupMember[], userId: string): GroupMember | undefined {
  const rank = ({ role, joined_at, user_id }: GroupMember) => `${role === 'admin' ? 0 : 1} ${joined_at} ${user_id}`;
  const others = members.filter((member) => member.user_id !== userId);
  return others.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))[0];
}

/**
 * Takes somebody out whose account goes: what they own goes to the heir, and without one the group is closed. Throws
 * GroupMemberNotFound where the heir is no member any more.
 */
export function departFrom(circle: Circle, userId: string, heirId: string | undefined, now: Date): Circle {
  const member = circle.members.get(userId);
  if (!member) return circle;
  if (member.role !== 'owner') return without(circle, userId);
  if (heirId === undefined || circle.group.status === 'CLOSING') return closeGroup(circle, userId, now);
  return without(handOver(circle, userId, heirId, now), userId);
}

export const GroupView = Group.omit({ fingerprint: true, status: true }).extend({
  /** The caller's. */
  role: Role,
});

/** The group as one of its members sees it. */
export function viewGroup(group: Group, { role }: GroupMember): z.input<typeof GroupView> {
  const { fingerprint: _, status: __, ...visible } = group;
  return { ...visible, role };
}
