import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { task } from '../../../shared/workflow/task.ts';
import { capturePart } from '../capture-part.ts';
import { capturing } from './territory-task.ts';

const deps = capturing();

const Input = z.object({ runId: z.string(), part: z.int() });

export const handler = task(Input, (part) => capturePart(part, deps, systemClock()));
