import type { Repeat } from '../../src/price-alerts/alert.ts';

/*
 * The model says of a whole walk of prices at which steps an alert fires, by looking back over the walk; it knows no places, no bounds and no
 * decimals. Prices and percentages are integers in it, moments are minutes.
 */

export interface Step {
  readonly minute: number;
  readonly price: number;
}
export interface Rule {
  /** Whether the value has got there. */
  readonly there: (at: number) => boolean;
  /** Whether it has come back far enough to count again. */
  readonly back: (at: number) => boolean;
  /** Whether it must have been seen on the near side first. */
  readonly mustCross: boolean;
}

/** Steps at which it fires; step 0 is what it was created by, which fires what is there already and need not cross. */
export function firings(
  steps: readonly Step[],
  { there, back, mustCross }: Rule,
  cooldown: number | undefined,
): number[] {
  const fired: number[] = [];
  const minute = (step: number) => steps[step]?.minute ?? Number.NaN;
  const some = (from: number, to: number, holds: (step: number) => boolean) =>
    steps.findIndex((_, step) => step >= from && step <= to && holds(step));
  for (let step = 0; step < steps.length; step++) {
    if (!there(step)) continue;
    const last = fired.at(-1);
    if (last === undefined) {
      if (!mustCross || some(0, step - 1, (n) => !there(n)) >= 0) fired.push(step);
      continue;
    }
    if (cooldown === undefined) continue;
    const returned = some(last + 1, step - 1, back);
    if (returned < 0) continue;
    if (minute(returned) >= minute(last) + cooldown) {
      fired.push(step);
      continue;
    }
    const awake = some(returned + 1, step, (n) => minute(n) >= minute(last) + cooldown);
    if (awake < 0) continue;
    if (!mustCross || some(awake - 1, step - 1, (n) => !there(n)) >= 0) fired.push(step);
  }
  return fired;
}

/** Of a condition on the price itself; the hysteresis in per cent. */
export const priceRule = (kind: string, bound: number, hysteresis: number, steps: readonly Step[]): Rule => {
  const up = kind === 'above' || kind === 'crosses_up';
  const at = (n: number) => steps[n]?.price ?? Number.NaN;
  const there = (n: number) => (up ? at(n) >= bound : at(n) <= bound);
  const back = (n: number) => {
    if (hysteresis === 0) return !there(n);
    return up ? at(n) * 100 <= bound * (100 - hysteresis) : at(n) * 100 >= bound * (100 + hysteresis);
  };
  return { there, back, mustCross: kind.startsWith('crosses') };
};

/** The cooldown in minutes. */
export const repeatOf = (cooldown: number | undefined, hysteresis: number): Repeat =>
  cooldown === undefined ? 'once' : { cooldown: `PT${cooldown}M`, hysteresis: String(hysteresis) };
