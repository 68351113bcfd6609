import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../../shared/workflow/executions.ts';
import { sweepTask } from '../../../shared/workflow/sweep.ts';
import { stravaStore } from '../strava-store.ts';
import { sweepErrands } from '../sweep.ts';

const env = readEnv(z.object({ GAME_STRAVA_TABLE: z.string().min(1), STRAVA_SYNC_ARN: z.string().min(1) }));
const deps = {
  store: stravaStore(documentClient(), env.GAME_STRAVA_TABLE),
  executions: stepFunctionsExecutions(sweepingClient(), env.STRAVA_SYNC_ARN),
  now: systemClock,
};

export const handler = sweepTask((report) => sweepErrands({ ...deps, report }));
