/** How a function dies: after so many steps nothing of it happens any more; the step that it dies in may still take effect. */
export class Died extends Error {}

export interface Life {
  steps(): number;
  step<T>(work: () => Promise<T>): Promise<T>;
}

/** Of one life: whoever dies has nothing under way any more, also where steps were beside one another. */
function stepsUnderWay() {
  const underWay = new Set<Promise<unknown>>();
  return {
    async take<T>(work: () => Promise<T>): Promise<T> {
      const step = work();
      underWay.add(step);
      try {
        return await step;
      } finally {
        underWay.delete(step);
      }
    },
    async over(): Promise<void> {
      await Promise.allSettled(underWay);
    },
  };
}

/** A life whose `step` is wrapped around every call to the outside. */
export function mortal(diesAt: number, lastStepTakesEffect: boolean): Life {
  let steps = 0;
  const { take, over } = stepsUnderWay();
  return {
    steps: () => steps,
    async step<T>(work: () => Promise<T>): Promise<T> {
      const step = ++steps;
      if (step < diesAt) return take(work);
      if (step === diesAt && lastStepTakesEffect) await take(work);
      await over();
      throw new Died();
    },
  };
}

export const immortal = () => mortal(Number.POSITIVE_INFINITY, true);

/** A function that died, as Lambda tells the machine. */
export class Unknown extends Error {
  override readonly name = 'Lambda.Unknown';
}

export type Step = Life['step'];

/**
 * Functions in a world of chance: each call to the outside may be the last one of its function, and may take effect all the same; `most` of
 * them die.
 */
export function frail(chance: (probability: number) => boolean, probability: number, most: number): () => Step {
  let deaths = 0;
  return () => {
    let dead = false;
    const { take, over } = stepsUnderWay();
    return async (work) => {
      if (dead) throw new Unknown();
      const [dies, takesEffect] = [deaths < most && chance(probability), chance(0.5)];
      if (!dies) return take(work);
      dead = true;
      deaths++;
      if (takesEffect) await take(work);
      await over();
      throw new Unknown();
    };
  };
}
