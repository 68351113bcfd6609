import { errorName } from './errors.ts';
import { logger } from './logger.ts';

/**
 * Tries what `whom` makes up for anyway, a sweep or the end of a wait, so that a failure here is a warning to the operators and not the
 * caller's. `about` is ids only.
 */
export async function orLeaveTo(
  whom: string,
  about: Readonly<Record<string, string>>,
  step: () => Promise<unknown>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    logger.warn(`left to ${whom}`, { ...about, error: errorName(error) });
  }
}
