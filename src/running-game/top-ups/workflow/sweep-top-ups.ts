import * as z from 'zod';
import { deployedNotifier, NotifierEnv } from '../../../notifications/deployed-notifier.ts';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../../shared/workflow/executions.ts';
import { sweepTask } from '../../../shared/workflow/sweep.ts';
import { sweepTopUps } from '../sweep.ts';
import { topUpStore } from '../top-up-store.ts';

const env = readEnv(NotifierEnv.extend({ GAME_TOP_UPS_TABLE: z.string().min(1), COIN_TOP_UP_ARN: z.string().min(1) }));
const client = documentClient();
const deps = {
  topUps: topUpStore(client, env.GAME_TOP_UPS_TABLE),
  notifier: deployedNotifier(client, env),
  executions: stepFunctionsExecutions(sweepingClient(), env.COIN_TOP_UP_ARN),
  now: systemClock,
};

export const handler = sweepTask((report) => sweepTopUps({ ...deps, report }));
