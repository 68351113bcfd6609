import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { milliseconds } from '../../../shared/duration.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { gameEventStore } from '../../events/game-event-store.ts';
import { FinishEnv } from '../finish-env.ts';
import { Execution, settleEvent, takeUpEvent } from '../finish-event.ts';

const env = readEnv(FinishEnv.pick({ GAME_UPLOAD_GRACE: true }).extend({ GAME_EVENTS_TABLE: z.string().min(1) }));
const deps = {
  events: gameEventStore(documentClient(), env.GAME_EVENTS_TABLE),
  uploadGrace: milliseconds(env.GAME_UPLOAD_GRACE),
};
const steps = { TAKE_UP: takeUpEvent, SETTLE: settleEvent };

const Input = Execution.extend({ step: z.enum(['TAKE_UP', 'SETTLE']) });

export const handler = task(Input, ({ step, ...execution }) => steps[step](execution, deps, systemClock()));
