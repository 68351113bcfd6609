import * as z from 'zod';
import type { Event } from './event.ts';

/** Somebody on an event: a user, or an address whose person has no account yet and becomes a member by verifying it. */
export const Member = z.discriminatedUnion('status', [
  /** `email` is the address by which the owner added them, if it was by address. */
  z.object({ status: z.literal('MEMBER'), user_id: z.string(), email: z.string().optional() }),
  z.object({ status: z.literal('INVITED'), email: z.string() }),
]);
export type Member = z.infer<typeof Member>;

export const MemberView = z.object({
  role: z.enum(['owner', 'member', 'invitee']),
  user_id: z.string().optional(),
  /** Shown to the event's owner, and to the one whose address it is. */
  email: z.string().optional(),
});

/** What one user gets to see of a member: somebody else's address is for the event's owner only. */
export function viewMember(member: Member, event: Event, viewerId: string): z.input<typeof MemberView> {
  const ownersView = event.owner_id === viewerId;
  if (member.status === 'INVITED') return ownersView ? { role: 'invitee', email: member.email } : { role: 'invitee' };
  const { user_id, email } = member;
  const role = user_id === event.owner_id ? 'owner' : 'member';
  return ownersView || user_id === viewerId ? { role, user_id, email } : { role, user_id };
}
