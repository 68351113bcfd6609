import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { stepFunctionsTokens } from '../../shared/workflow/task-tokens.ts';
import { awaitAcknowledgement } from '../acknowledgement/escalate-occurrence.ts';
import { LifecycleInput } from '../occurrence.ts';
import { reminderStore } from '../reminder-store.ts';

const env = readEnv(z.object({ REMINDERS_TABLE: z.string().min(1) }));
const reminders = reminderStore(documentClient(), env.REMINDERS_TABLE);
const tokens = stepFunctionsTokens(new SFNClient({}));

const Input = LifecycleInput.extend({ tier: z.number().int(), token: z.string() });

export const handler = task(Input, (input) => awaitAcknowledgement(input, { reminders, tokens }));
