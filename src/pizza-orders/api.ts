import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { cursors } from '../shared/http/cursor.ts';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { stepFunctionsTokens } from '../shared/workflow/task-tokens.ts';
import { userStore } from '../users/user-store.ts';
import { openingHours } from './opening-hours.ts';
import { orderStore } from './order-store.ts';
import { PizzaEnv } from './pizza-env.ts';
import { routes } from './routes/index.ts';

const env = readEnv(
  PizzaEnv.pick({ PIZZA_CAPACITY: true, PIZZA_OPENING_HOURS: true }).extend({
    // The deployment has checked that there is such a zone: the first look at any takes some 30 ms, here of each cold start.
    PIZZA_TIME_ZONE: z.string().min(1),
    PIZZA_ORDERS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    COOKING_ARN: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);
const client = documentClient();
const stepFunctions = new SFNClient({});

export const handler = api(routes, {
  orders: orderStore(client, env.PIZZA_ORDERS_TABLE),
  users: userStore(client, env.USERS_TABLE),
  executions: stepFunctionsExecutions(stepFunctions, env.COOKING_ARN),
  tokens: stepFunctionsTokens(stepFunctions),
  cursors: cursors(env.TOKEN_SECRET),
  hours: openingHours(env.PIZZA_OPENING_HOURS, env.PIZZA_TIME_ZONE),
  capacity: env.PIZZA_CAPACITY === '' ? undefined : Number(env.PIZZA_CAPACITY),
});
