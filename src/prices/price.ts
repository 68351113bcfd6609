import Big from 'big.js';
import * as z from 'zod';

/**
 * What one coin costs: a positive decimal as text, of up to 15 digits before the point and 18 after it (a number in DynamoDB has 38), without
 * zeros that say nothing, so that equal prices are equal texts.
 */
export const Price = z
  .string()
  .regex(
    /^\d{1,15}(\.\d{1,18})?$/,
    'must be a decimal such as 64250.5, of up to 15 digits before the point and 18 after it',
  )
  .refine((text) => /[1-9]/.test(text), { error: 'must be more than 0' })
  .transform((text) => Big(text).toFixed());
export type Price = z.output<typeof Price>;

/** Below 0 where `a` is less, 0 where they are equal, above 0 where it is more. */
export const comparePrices = (a: Price, b: Price): number => Big(a).cmp(b);
