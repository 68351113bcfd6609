import * as z from 'zod';
import { task } from '../../shared/workflow/task.ts';
import { countPage } from '../step.ts';
import { StepInput, stepDeps } from './step-task.ts';

const deps = stepDeps();

export const handler = task(StepInput.extend({ page: z.number().int() }), (input) => countPage(input, deps));
