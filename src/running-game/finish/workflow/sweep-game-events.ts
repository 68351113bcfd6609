import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../../shared/workflow/executions.ts';
import { sweepTask } from '../../../shared/workflow/sweep.ts';
import { gameEventStore } from '../../events/game-event-store.ts';
import { sweepEvents } from '../sweep.ts';

const env = readEnv(z.object({ GAME_EVENTS_TABLE: z.string().min(1), EVENT_FINISH_ARN: z.string().min(1) }));
const deps = {
  events: gameEventStore(documentClient(), env.GAME_EVENTS_TABLE),
  executions: stepFunctionsExecutions(sweepingClient(), env.EVENT_FINISH_ARN),
  now: systemClock,
};

export const handler = sweepTask((report) => sweepEvents({ ...deps, report }));
