import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { awaitAnswer } from '../await-answer.ts';
import { invitationStore } from '../invitation-store.ts';

const env = readEnv(z.object({ INVITATIONS_TABLE: z.string().min(1) }));
const invitations = invitationStore(documentClient(), env.INVITATIONS_TABLE);

const Input = z.object({ invitationId: z.string(), run: z.number().int(), token: z.string() });

export const handler = task(Input, (wait) => awaitAnswer(wait, { invitations }, systemClock()));
