import * as z from 'zod';
import { durationWithin } from '../shared/duration.ts';
import { HOUR } from '../shared/time.ts';
import { timeZone } from '../shared/wall-time.ts';
import { parseOpeningHours } from './opening-hours.ts';

const stage = (usual: string) => durationWithin(1000, HOUR, 'a duration from PT1S to PT1H').default(usual);

/** How the shop works. */
export const PizzaEnv = z.object({
  /** How long each stage of an order takes. */
  PIZZA_DOUGH_TIME: stage('PT10S'),
  PIZZA_WASHING_TIME: stage('PT10S'),
  PIZZA_SLICING_TIME: stage('PT10S'),
  PIZZA_BAKING_TIME: stage('PT10S'),
  /** How long it then waits to be received. */
  PIZZA_RECEIPT_TIME: stage('PT5M'),
  /** One pizza in so many is bad; 0: none, 1: every one. */
  PIZZA_BAD_ONE_IN: z.coerce.number().int().min(0).max(1_000_000).default(10),
  /** How many orders are prepared and baked at the same time; nothing: as many as come. */
  PIZZA_CAPACITY: z
    .union([z.literal(''), z.string().regex(/^[1-9]\d{0,5}$/, 'a number from 1 to 999999, or nothing')])
    .default(''),
  /** When orders are taken, on the clocks of the zone; nothing: always. */
  PIZZA_OPENING_HOURS: z
    .string()
    .refine(
      (text) => parseOpeningHours(text) !== undefined,
      'such as Mon-Thu 11:00-22:00; Fri-Sun 11:00-01:00, or nothing',
    )
    .default(''),
  PIZZA_TIME_ZONE: timeZone.default('UTC'),
});
