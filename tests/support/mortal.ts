/** How a function dies: after so many steps nothing of it happens any more; the step that it dies in may still take effect. */
export class Died extends Error {}

export interface Life {
  steps(): number;
  step<T>(work: () => Promise<T>): Promise<T>;
}

/** A life whose `step` is wrapped around every call to the outside. */
export function mortal(diesAt: number, lastStepTakesEffect: boolean): Life {
  let steps = 0;
  return {
    steps: () => steps,
    async step<T>(work: () => Promise<T>): Promise<T> {
      steps++;
      if (steps > diesAt || (steps === diesAt && !lastStepTakesEffect)) throw new Died();
      const result = await work();
      if (steps >= diesAt) throw new Died();
      return result;
    },
  };
}

export const immortal = () => mortal(Number.POSITIVE_INFINITY, true);
