import * as z from 'zod';
import type { GroupStore } from '../groups/group-store.ts';
import type { Cursors } from '../shared/http/cursor.ts';
import type { Seal } from '../shared/seal.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import type { TaskTokens } from '../shared/workflow/task-tokens.ts';
import type { InvitationStore } from './invitation-store.ts';
import type { Invitees } from './invitees.ts';

/** What the routes of this domain work with. */
export interface InvitationsApi {
  readonly invitations: InvitationStore;
  readonly groups: Pick<GroupStore, 'read' | 'find' | 'isMember' | 'joining'>;
  readonly invitees: Invitees;
  readonly executions: Pick<Executions, 'start'>;
  readonly tokens: TaskTokens;
  readonly cursors: Cursors;
  readonly seal: Seal;
  /** Milliseconds until an invitation expires. */
  readonly lasts: number;
}

const id = z.string().min(1).max(64);

export const groupPath = z.object({ id });
export const groupInvitationPath = z.object({ id, invitation_id: id });
export const invitationPath = z.object({ id });
