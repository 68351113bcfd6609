import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../shared/workflow/executions.ts';
import { sweepTask } from '../../shared/workflow/sweep.ts';
import { dueIndex } from '../due-index.ts';
import { reminderStore } from '../reminder-store.ts';
import { sweep } from '../sweep.ts';

const env = readEnv(z.object({ REMINDERS_TABLE: z.string().min(1), LIFECYCLE_ARN: z.string().min(1) }));
const client = documentClient();
const index = dueIndex(client, env.REMINDERS_TABLE);
const reminders = reminderStore(client, env.REMINDERS_TABLE);
const executions = stepFunctionsExecutions(sweepingClient(), env.LIFECYCLE_ARN);

export const handler = sweepTask((report) => sweep({ index, reminders, executions, now: systemClock, report }));
