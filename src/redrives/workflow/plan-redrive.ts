import { task } from '../../shared/workflow/task.ts';
import { planPage } from '../step.ts';
import { StepInput, stepDeps } from './step-task.ts';

const deps = stepDeps();

export const handler = task(StepInput, (input) => planPage(input, deps));
