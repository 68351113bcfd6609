import * as z from 'zod';
import { chunks } from '../../shared/chunks.ts';
import { Execution } from './finish-event.ts';

/** A part of the work on an event: what comes after the part before. Null stands for the beginning, and for the end. */
const Position = z.record(z.string(), z.union([z.string(), z.number()])).nullable();
export const Portion = Execution.extend({ after: Position });
export type Portion = z.output<typeof Portion>;

/** Where the next part begins. */
export interface Left {
  readonly next: z.output<typeof Position>;
}

const AT_ONCE = 10;

/** Does the same to all of a part, to some at a time. What fails fails the part, which may be done again. */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (const some of chunks(items, AT_ONCE)) await Promise.all(some.map(work));
}
