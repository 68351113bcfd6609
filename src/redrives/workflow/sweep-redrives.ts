import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../shared/workflow/executions.ts';
import { sweepTask } from '../../shared/workflow/sweep.ts';
import { redriveStore } from '../redrive-store.ts';
import { sweepRedrives } from '../sweep.ts';

const env = readEnv(z.object({ REDRIVES_TABLE: z.string().min(1), REDRIVE_ARN: z.string().min(1) }));
const redrives = redriveStore(documentClient(), env.REDRIVES_TABLE);
const executions = stepFunctionsExecutions(sweepingClient(), env.REDRIVE_ARN);

export const handler = sweepTask((report) => sweepRedrives({ redrives, executions, now: systemClock, report }));
