import * as z from 'zod';
import { MINUTE } from '../shared/time.ts';

const RATE = /^rate\((?:1 minute|1 hour|([2-9]|[1-5]\d) minutes)\)$/;

/** How often everything is looked at, as EventBridge writes it: `rate(5 minutes)`, from one minute to an hour. */
export const Interval = z
  .string()
  .regex(RATE, 'rate(1 minute), rate(5 minutes) and so on, up to rate(1 hour)')
  .default('rate(5 minutes)');

/** Minutes. */
export const minutesOf = (interval: z.output<typeof Interval>): number =>
  interval === 'rate(1 hour)' ? 60 : Number(RATE.exec(interval)?.[1] ?? 1);

/** Milliseconds that a look goes back: to the one before, and ten minutes more, as metrics come late. */
export const windowOf = (interval: z.output<typeof Interval>): number => (minutesOf(interval) + 10) * MINUTE;
