import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { invitationStore } from '../invitation-store.ts';
import { settleInvitation } from '../settle-invitation.ts';

const env = readEnv(z.object({ INVITATIONS_TABLE: z.string().min(1) }));
const invitations = invitationStore(documentClient(), env.INVITATIONS_TABLE);

const Input = z.object({ invitationId: z.string() });

export const handler = task(Input, ({ invitationId }) =>
  settleInvitation(invitationId, { invitations }, systemClock()),
);
