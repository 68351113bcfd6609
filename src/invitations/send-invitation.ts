import type { Group } from '../groups/group.ts';
import type { GroupStore } from '../groups/group-store.ts';
import type { Notifier } from '../notifications/notifier.ts';
import { TransientFailure } from '../shared/workflow/task.ts';
import type { Person } from '../users/user.ts';
import type { answerLinks } from './answer-link.ts';
import {
  expectMoveAt,
  type Invitation,
  isOpen,
  isTold,
  type OpenInvitation,
  waitsUntil,
  withdrawIfOpen,
} from './invitation.ts';
import type { InvitationStore } from './invitation-store.ts';

export interface SendDeps {
  readonly invitations: Pick<InvitationStore, 'find' | 'toldOf' | 'tell' | 'change'>;
  readonly groups: Pick<GroupStore, 'find' | 'isMember'>;
  readonly users: { find(id: string): Promise<Person | undefined> };
  readonly notifier: Notifier;
  readonly linkFor: ReturnType<typeof answerLinks>;
  /** Milliseconds from when the invitee could know until they are reminded. */
  readonly remindsAfter: number;
}

interface Step {
  readonly invitationId: string;
  readonly run: number;
  /** Whether it is the reminder. */
  readonly reminder: boolean;
}

/** What the machine goes on with: `OPEN` with the instant until which it waits for the answer, or how it has ended. */
interface Sent {
  readonly status: Invitation['status'] | 'GONE' | 'SUPERSEDED';
  readonly until?: string;
}

/** Tells the invitee of an invitation, or reminds them; once each, however often it runs. One to a group that is gone is withdrawn. */
export async function sendInvitation({ invitationId, run, reminder }: Step, deps: SendDeps, now: Date): Promise<Sent> {
  const invitation = await deps.invitations.find(invitationId);
  if (!invitation) return { status: 'GONE' };
  if (invitation.status !== 'OPEN') return { status: invitation.status };
  if (invitation.run !== run) return { status: 'SUPERSEDED' };
  if (!isOpen(invitation, now)) return { status: 'EXPIRED' };

  const group = await deps.groups.find(invitation.group_id);
  if (!group) {
    const { status } = await deps.invitations.change(invitationId, (current) => withdrawIfOpen(current, now));
    return { status };
  }
  if (await takesTheFloor(invitation, deps, now)) await notify(invitation, group, reminder, deps, now);
  const until = reminder ? new Date(invitation.expires_at) : waitsUntil(invitation, deps.remindsAfter);
  const moved = await deps.invitations.change(invitationId, (current) => expectMoveAt(current, run, until));
  return moved.status === 'OPEN' ? { status: 'OPEN', until: until.toISOString() } : { status: moved.status };
}

/** Whether this is the invitation to the group that its invitee is told of, and they are not in it by now. */
async function takesTheFloor(
  invitation: OpenInvitation,
  { invitations, groups }: SendDeps,
  now: Date,
): Promise<boolean> {
  const { id, group_id, user_id } = invitation;
  if (await groups.isMember(group_id, user_id)) return false;
  const told = await invitations.toldOf(group_id, user_id);
  if (!isTold(invitation, told, now)) return false;
  if (told?.id === id || (await invitations.tell(invitation, told, now))) return true;
  throw new TransientFailure('another invitation of theirs was faster');
}

async function notify(
  invitation: OpenInvitation,
  group: Group,
  reminder: boolean,
  { users, notifier, linkFor }: SendDeps,
  now: Date,
): Promise<void> {
  const { id, group_id, user_id, invited_by, expires_at } = invitation;
  const inviter = await users.find(invited_by);
  const name = [inviter?.first_name, inviter?.last_name].filter((part) => part !== undefined).join(' ');
  await notifier.notify(
    {
      id: `invitation-${id}${reminder ? '-reminder' : ''}`,
      senderId: invited_by,
      key: reminder ? 'group_invitation_reminder' : 'group_invitation',
      userIds: [user_id],
      targetId: group_id,
      data: {
        group_invitation_logs_id: id,
        group_id,
        group: group.name,
        ...(name === '' ? {} : { inviter: name }),
        expires_at,
        link: linkFor({ invitation: id, user: user_id }),
      },
    },
    now,
  );
}
