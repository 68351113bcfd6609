import * as z from 'zod';
import { deployedNotifier, NotifierEnv } from '../../notifications/deployed-notifier.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { stepFunctionsExecutions, sweepingClient } from '../../shared/workflow/executions.ts';
import { sweepTask } from '../../shared/workflow/sweep.ts';
import { orderStore } from '../order-store.ts';
import { sweepOrders } from '../sweep.ts';

const env = readEnv(NotifierEnv.extend({ PIZZA_ORDERS_TABLE: z.string().min(1), COOKING_ARN: z.string().min(1) }));
const client = documentClient();
const deps = {
  orders: orderStore(client, env.PIZZA_ORDERS_TABLE),
  notifier: deployedNotifier(client, env),
  executions: stepFunctionsExecutions(sweepingClient(), env.COOKING_ARN),
  now: systemClock,
};

export const handler = sweepTask((report) => sweepOrders({ ...deps, report }));
