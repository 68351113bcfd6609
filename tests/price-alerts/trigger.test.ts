import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Alert, type AlertContent, createAlert, observe, seriesOf } from '../../src/price-alerts/alert.ts';
import { type Condition, windowLength } from '../../src/price-alerts/condition.ts';
import { type PriceHistory, readingOf } from '../../src/price-alerts/reading.ts';
import { rangeOf } from '../../src/prices/market.ts';
import { firings, priceRule, type Rule, repeatOf, type Step } from '../support/alert-model.ts';

const START = Date.parse('2026-11-21T00:00:00Z');
const instant = (minute: number) => new Date(START + minute * 60_000).toISOString();
const market = { coin: 'bitcoin', currency: 'usd' } as const;

const observations = (steps: readonly Step[]) =>
  steps.map(({ minute, price }, n) => ({
    price: String(price),
    previous_price: n > 0 ? String(steps[n - 1]?.price) : undefined,
    observed_at: instant(minute),
    source: 'feed.example',
  }));

const historyOf = (steps: readonly Step[]): PriceHistory => {
  const all = observations(steps);
  return {
    priceAt: async (_, at, tolerance) =>
      all.findLast(({ observed_at }) => Date.parse(observed_at) <= +at && Date.parse(observed_at) >= +at - tolerance),
    range: async (_, from, to) =>
      rangeOf(all.filter(({ observed_at }) => Date.parse(observed_at) >= +from && Date.parse(observed_at) <= +to)),
  };
};

/** The same by the verbs; `order` is in which steps are looked at. */
async function walk(
  content: Pick<AlertContent, 'condition' | 'repeat'>,
  steps: readonly Step[],
  order: readonly number[],
): Promise<number[]> {
  const all = observations(steps);
  const history = historyOf(steps);
  const [first] = all;
  if (!first) return [];
  let alert: Alert = createAlert(
    { id: '00000000-0000-8000-8000-000000000000', fingerprint: '' },
    'user',
    { ...market, channels: ['email'], ...content },
    first,
    new Date(START),
  );
  const fired: number[] = [];
  for (const step of order) {
    const observation = all[step];
    if (!observation) continue;
    const reading = await readingOf(market, observation, seriesOf(content), history);
    const moved = observe(alert, reading, new Date(observation.observed_at));
    alert = moved.alert;
    if (moved.firing) fired.push(step);
  }
  return fired;
}

/** Around 100, so that bounds are met exactly, too. */
const Walk = (longest: number) =>
  fc
    .array(fc.record({ wait: fc.integer({ min: 1, max: 12 }), price: fc.integer({ min: 90, max: 112 }) }), {
      minLength: 2,
      maxLength: longest,
    })
    .map((waits) => {
      let minute = 0;
      return waits.map(({ wait, price }): Step => {
        minute += wait;
        return { minute, price };
      });
    });
const Hysteresis = fc.integer({ min: 0, max: 3 });
const Cooldown = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
const inOrder = (steps: readonly Step[]) => steps.map((_, n) => n);

/** The price that a change is reckoned from at each step; undefined where there is none. */
function references(steps: readonly Step[], condition: Extract<Condition, { kind: 'changes' }>) {
  const length = windowLength(condition.within) / 60_000;
  return steps.map(({ minute }, n) => {
    const begin = minute - length;
    if (condition.against === 'window_open') {
      const before = steps.filter((step) => step.minute <= begin).at(-1);
      return before && before.minute >= begin - Math.min(length, 60) / 2 ? before.price : undefined;
    }
    const prices = steps.slice(0, n + 1).flatMap((step) => (step.minute >= begin ? [step.price] : []));
    return condition.against === 'window_low' ? Math.min(...prices) : Math.max(...prices);
  });
}

const changeRule = (
  condition: Extract<Condition, { kind: 'changes' }>,
  percent: number,
  hysteresis: number,
  steps: readonly Step[],
): Rule => {
  const from = references(steps, condition);
  const judged = (n: number, holds: (rise: number, reference: number) => boolean) => {
    const reference = from[n];
    const price = steps[n]?.price;
    if (reference === undefined || price === undefined) return false;
    const rise = price - reference;
    const towards = condition.direction === 'up' ? rise : condition.direction === 'down' ? -rise : Math.abs(rise);
    return holds(towards, reference);
  };
  return {
    mustCross: false,
    there: (n) => judged(n, (rise, reference) => rise * 100 >= percent * reference),
    // A change is told in hundredths of a per cent, the rest of it is cut off.
    back: (n) =>
      judged(n, (rise, reference) => {
        const bound = (percent - hysteresis) * 100;
        return Math.floor((rise * 10_000) / reference) <= (hysteresis === 0 ? bound - 1 : bound);
      }),
  };
};

const Kind = fc.constantFrom('above', 'below', 'crosses_up', 'crosses_down');
const Change = fc.oneof(
  fc.record({
    direction: fc.constantFrom('up' as const, 'down' as const, 'either' as const),
    against: fc.constant('window_open' as const),
  }),
  fc.constant({ direction: 'up' as const, against: 'window_low' as const }),
  fc.constant({ direction: 'down' as const, against: 'window_high' as const }),
);
const RUNS = { numRuns: 2000 };

describe('an alert fires when the model says', () => {
  it('of a price', () =>
    fc.assert(
      fc.asyncProperty(
        Kind,
        fc.integer({ min: 95, max: 105 }),
        Cooldown,
        Hysteresis,
        Walk(40),
        async (kind, bound, cooldown, hysteresis, steps) => {
          const repeat = repeatOf(cooldown, hysteresis);
          const found = await walk({ condition: { kind, price: String(bound) }, repeat }, steps, inOrder(steps));
          expect(found).toEqual(firings(steps, priceRule(kind, bound, hysteresis, steps), cooldown));
        },
      ),
      RUNS,
    ));

  it('of a change', () =>
    fc.assert(
      fc.asyncProperty(
        Change,
        fc.constantFrom('5m' as const, '15m' as const, '1h' as const),
        fc.integer({ min: 3, max: 12 }),
        Cooldown,
        fc.integer({ min: 0, max: 2 }),
        Walk(40),
        async (how, within, percent, cooldown, hysteresis, steps) => {
          const condition = { kind: 'changes' as const, percent: String(percent), within, ...how };
          const found = await walk({ condition, repeat: repeatOf(cooldown, hysteresis) }, steps, inOrder(steps));
          expect(found).toEqual(firings(steps, changeRule(condition, percent, hysteresis, steps), cooldown));
        },
      ),
      RUNS,
    ));

  it('however often, and late, its observations are looked at', () =>
    fc.assert(
      fc.asyncProperty(
        Kind,
        Cooldown,
        Hysteresis,
        Walk(20),
        fc.array(fc.nat({ max: 19 }), { maxLength: 40 }),
        async (kind, cooldown, hysteresis, steps, late) => {
          const content = { condition: { kind, price: '100' }, repeat: repeatOf(cooldown, hysteresis) } as const;
          // Every step in order, and after each some that were looked at before.
          const order = inOrder(steps).flatMap((step) => [step, ...late.filter((old) => old <= step)]);
          expect(await walk(content, steps, order)).toEqual(await walk(content, steps, inOrder(steps)));
        },
      ),
      { numRuns: 500 },
    ));
});
