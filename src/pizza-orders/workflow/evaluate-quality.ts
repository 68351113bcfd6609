import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { evaluateQuality, oneIn } from '../evaluate-quality.ts';
import { PizzaEnv } from '../pizza-env.ts';
import { kitchenDeps } from './kitchen-task.ts';

const env = readEnv(PizzaEnv.pick({ PIZZA_BAD_ONE_IN: true }));
const deps = { ...kitchenDeps(), isBad: oneIn(env.PIZZA_BAD_ONE_IN, Math.random) };

const Input = z.object({ orderId: z.string(), run: z.int(), attempt: z.int() });

export const handler = task(Input, (attempt) => evaluateQuality(attempt, deps, systemClock()));
