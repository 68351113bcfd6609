import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { task } from '../../shared/workflow/task.ts';
import { moveOrder } from '../move-order.ts';
import { kitchenDeps } from './kitchen-task.ts';

const deps = kitchenDeps();

const Mine = z.object({ orderId: z.string(), run: z.int() });
const Input = z.discriminatedUnion('step', [
  Mine.extend({ step: z.enum(['TAKE_UP', 'SETTLE']) }),
  Mine.extend({ step: z.literal('BAKE'), attempt: z.int() }),
]);

export const handler = task(Input, (step) => moveOrder(step, deps, systemClock()));
