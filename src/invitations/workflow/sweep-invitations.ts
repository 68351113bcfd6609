import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../shared/workflow/executions.ts';
import { sweepTask } from '../../shared/workflow/sweep.ts';
import { invitationStore } from '../invitation-store.ts';
import { sweepInvitations } from '../sweep.ts';

const env = readEnv(z.object({ INVITATIONS_TABLE: z.string().min(1), INVITATION_ARN: z.string().min(1) }));
const invitations = invitationStore(documentClient(), env.INVITATIONS_TABLE);
const executions = stepFunctionsExecutions(sweepingClient(), env.INVITATION_ARN);

export const handler = sweepTask((report) => sweepInvitations({ invitations, executions, now: systemClock, report }));
