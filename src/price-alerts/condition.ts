import Big from 'big.js';
import * as z from 'zod';
import type { Observation } from '../prices/market.ts';
import { comparePrices, Price } from '../prices/price.ts';

/** Decimals of a percentage: what is compared with one is cut off there. */
const PERCENT_PLACES = 2;
/** Decimals of a price (DynamoDB's numbers have 38 digits, of which a price takes 33). */
const PRICE_PLACES = 18;

const plain = (text: string) => Big(text).toFixed();

/** Divisions that are cut off there. */
const Cut = Big();
Cut.DP = PERCENT_PLACES;
Cut.RM = Big.roundDown;

/** More than nothing, as decimal text with at most two places. */
const Percent = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,2})?$/, 'must be a decimal such as 2.5, of up to 4 digits before the point and 2 after it')
  .refine((text) => /[1-9]/.test(text), { error: 'must be more than 0' })
  .transform(plain);

/** How far something has to come back before it counts again; 0 is any bit. */
export const Hysteresis = z
  .string()
  .regex(/^\d{1,2}(\.\d{1,2})?$/, 'must be a decimal such as 1.5, below 100 and with up to 2 digits after the point')
  .transform(plain);

/** How far back a change is looked for. Milliseconds. */
const WINDOWS = { '5m': 300_000, '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000 } as const;
export const Within = z.enum(['5m', '15m', '1h', '24h']);
export type Within = z.output<typeof Within>;
export const windowLength = (within: Within): number => WINDOWS[within];

/**
 * What a change is reckoned from: the last price at or before the window's beginning, or the lowest or highest in it, the one at its end
 * included.
 */
export const Reference = z.enum(['window_open', 'window_low', 'window_high']);
export type Reference = z.output<typeof Reference>;

const AtPrice = z.strictObject({
  kind: z.enum(['above', 'below', 'crosses_up', 'crosses_down']),
  price: Price,
});

const Changes = z
  .strictObject({
    kind: z.literal('changes'),
    percent: Percent,
    direction: z.enum(['up', 'down', 'either']).default('either'),
    within: Within,
    against: Reference.default('window_open'),
  })
  .refine(({ direction, percent }) => direction !== 'down' || Big(percent).lt(100), {
    path: ['percent'],
    error: 'must be below 100: a price never falls by all of itself',
  })
  .refine(({ direction, against }) => against === 'window_open' || direction === DIRECTION[against], {
    path: ['direction'],
    error: 'must be up against window_low and down against window_high: it goes no other way from there',
  });

const DIRECTION = { window_low: 'up', window_high: 'down' } as const;

/** When an alert fires. To reach a bound is enough: a price of 100 is above 100, and below it. */
export const Condition = z.union([AtPrice, Changes]);
export type Condition = z.output<typeof Condition>;

/**
 * One of the numbers that a market has at each observation: its `price`; the `time` (unix seconds) of the observation itself; by how many per
 * cent the price has changed, `change/<within>/<against>`; and `move/<within>/window_open`, the same in either direction, without its sign.
 */
export const Series = z.union([
  z.enum(['price', 'time']),
  z.templateLiteral([z.enum(['change', 'move']), '/', Within, '/', Reference]),
]);
export type Series = z.output<typeof Series>;

/** Decimals by series. One that could not be reckoned, for want of a price that far back, is absent. */
export type Values = Readonly<Partial<Record<Series, string>>>;

/**
 * What a live alert waits for: that a series comes to a bound from below (`rise`: the value is at least it) or from above (`fall`: at most it).
 * Whatever an alert waits for is a place, so one index by bound finds what an observation changes.
 */
export const Place = z.object({ series: Series, side: z.enum(['rise', 'fall']), bound: z.string() });
export type Place = z.output<typeof Place>;

/** Whether the series has come to the bound; false where its value is not known. */
export function isReached({ series, side, bound }: Place, values: Values): boolean {
  const value = values[series];
  if (value === undefined) return false;
  return side === 'rise' ? Big(value).gte(bound) : Big(value).lte(bound);
}

const rise = (series: Series, bound: Big): Place => ({ series, side: 'rise', bound: bound.toFixed() });
const fall = (series: Series, bound: Big): Place => ({ series, side: 'fall', bound: bound.toFixed() });

/** Where an alert waits to fire. */
export function triggerOf(condition: Condition): Place {
  if (condition.kind !== 'changes') {
    const price = Big(condition.price);
    return condition.kind === 'above' || condition.kind === 'crosses_up' ? rise('price', price) : fall('price', price);
  }
  const { direction, within, against, percent } = condition;
  if (direction === 'either') return rise(`move/${within}/${against}`, Big(percent));
  const series = `change/${within}/${against}` as const;
  return direction === 'up' ? rise(series, Big(percent)) : fall(series, Big(percent).neg());
}

/**
 * Where an alert that has fired waits until it counts again: on the other side of its trigger in the same series, back by the hysteresis
 * (of a price in per cent of it; of a change in percentage points), or by the least there is where that is 0.
 */
export function latchOf(condition: Condition, hysteresis: string): Place {
  const { series, side, bound } = triggerOf(condition);
  const [places, back] =
    series === 'price' ? [PRICE_PLACES, Big(bound).times(hysteresis).div(100)] : [PERCENT_PLACES, Big(hysteresis)];
  // Values have no more places than this, so that strictly below a bound is at most the value right beneath it.
  const least = Big(10).pow(-places);
  const by = back.gt(least) ? back : least;
  return side === 'rise'
    ? fall(series, Big(bound).minus(by).round(places, Big.roundDown))
    : rise(series, Big(bound).plus(by).round(places, Big.roundUp));
}

/** An instant as the series `time` has it. */
export const secondsOf = (at: Date): string => Big(at.getTime()).div(1000).toFixed();

/** Where an alert waits for the first observation at or after an instant. */
export const wakeAt = (at: Date): Place => ({ series: 'time', side: 'rise', bound: secondsOf(at) });

/** Whether it counts only once the price was seen on the other side. */
const mustCross = ({ kind }: Condition) => kind === 'crosses_up' || kind === 'crosses_down';

/**
 * Where an alert begins, or begins again after a pause: at its trigger; one that must cross, while the price (where it is known) is not on
 * the near side, until it is.
 */
export function placeFrom(condition: Condition, price: Price | undefined): Place {
  const trigger = triggerOf(condition);
  if (!mustCross(condition)) return trigger;
  return price !== undefined && !isReached(trigger, { price }) ? trigger : latchOf(condition, '0');
}

/** The condition of somebody who has named nothing but a price: it gets there from where it is. */
export const reaching = (price: Price, current: Price): Condition => {
  const compared = comparePrices(current, price);
  if (compared === 0) return { kind: 'above', price };
  return { kind: compared < 0 ? 'crosses_up' : 'crosses_down', price };
};

/** By how many per cent the price has changed, cut off at two places. */
export const changeBetween = (from: Price, to: Price): string => Cut(to).minus(from).times(100).div(from).toFixed();

/** An observation, and what it makes of the market's series. */
export interface Reading extends Observation {
  readonly values: Values;
}
