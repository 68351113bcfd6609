import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Price = z.object({ price: z.number(), source: z.url() });
const Prices = z.object({
  asOf: z.iso.date(),
  region: z.string(),
  stateTransition: Price,
  lambdaRequest: Price,
  lambdaGbSecondArm64: Price,
  dynamodbWriteUnit: Price,
  dynamodbReadUnit: Price,
  sesEmail: Price,
});

/** The dated price list. */
export const prices = Prices.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'prices.json'), 'utf8')));

/** GB of a function with 512 MB. */
const MEMORY = 0.5;

export interface Consumption {
  readonly transitions: number;
  readonly invocations: number;
  /** Of all invocations together. */
  readonly lambdaSeconds: number;
  readonly write: number;
  readonly read: number;
  readonly emails: number;
}

/** Dollars, with and without what the email provider takes. */
export function costOf({ transitions, invocations, lambdaSeconds, write, read, emails }: Consumption) {
  const withoutEmail =
    transitions * prices.stateTransition.price +
    invocations * prices.lambdaRequest.price +
    lambdaSeconds * MEMORY * prices.lambdaGbSecondArm64.price +
    write * prices.dynamodbWriteUnit.price +
    read * prices.dynamodbReadUnit.price;
  return { withoutEmail, total: withoutEmail + emails * prices.sesEmail.price };
}
