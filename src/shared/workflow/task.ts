import type * as z from 'zod';
import { errorName } from '../errors.ts';
import { logger } from '../logger.ts';

/**
 * The Lambda handler of one state: parses what the machine hands in, runs it, logs a failure once with the error's name. The
 * error goes on to the machine, whose Retry and Catch decide by that name.
 */
export function task<I extends z.ZodType, O>(input: I, run: (input: z.output<I>) => Promise<O>) {
  return async (event: unknown): Promise<O> => {
    const parsed = input.parse(event);
    try {
      return await run(parsed);
    } catch (error) {
      logger.warn('task failed', { input: withoutToken(parsed), error: errorName(error) });
      throw error;
    }
  };
}

/** A token lets whoever has it end a wait, and is told to nobody. */
const withoutToken = (input: unknown) =>
  typeof input === 'object' && input !== null && 'token' in input ? { ...input, token: undefined } : input;

/** Worth another try: every Retry in the machines lists this name. */
export class TransientFailure extends Error {
  override readonly name: string = 'TransientFailure';
}

/** Worth another try, and more of them further apart: somebody asked to slow down. */
export class RateLimited extends TransientFailure {
  override readonly name = 'RateLimited';
}
