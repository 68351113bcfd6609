import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../shared/workflow/executions.ts';
import { sweepTask } from '../../shared/workflow/sweep.ts';
import { sweepWindows } from '../sweep.ts';
import { windowStore } from '../window-store.ts';

const env = readEnv(z.object({ COMMENTS_TABLE: z.string().min(1), DIGEST_ARN: z.string().min(1) }));
const windows = windowStore(documentClient(), env.COMMENTS_TABLE);
const executions = stepFunctionsExecutions(sweepingClient(), env.DIGEST_ARN);

export const handler = sweepTask((report) => sweepWindows({ windows, executions, now: systemClock, report }));
