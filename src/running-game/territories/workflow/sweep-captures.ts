import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../../shared/workflow/executions.ts';
import { sweepTask } from '../../../shared/workflow/sweep.ts';
import { runStore } from '../../runs/run-store.ts';
import { sweepCaptures } from '../sweep.ts';

const env = readEnv(z.object({ GAME_RUNS_TABLE: z.string().min(1), CAPTURE_ARN: z.string().min(1) }));
const deps = {
  runs: runStore(documentClient(), env.GAME_RUNS_TABLE),
  executions: stepFunctionsExecutions(sweepingClient(), env.CAPTURE_ARN),
  now: systemClock,
};

export const handler = sweepTask((report) => sweepCaptures({ ...deps, report }));
