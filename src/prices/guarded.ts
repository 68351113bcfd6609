import type { Clock } from '../shared/clock.ts';
import { afterAnswer, afterFailure, mayAsk, trying } from './breaker.ts';
import type { BreakerStore } from './breaker-store.ts';
import type { Budget } from './budget.ts';
import { FeedFailed } from './feed.ts';

/** The feed is not asked now, as it has failed, wants to be left alone, or was asked often enough. */
export class FeedResting extends Error {
  override readonly name = 'FeedResting';
}

/** Whether an error says that the feed can't be asked at this moment. */
export const isFeedDown = (error: unknown): boolean => error instanceof FeedFailed || error instanceof FeedResting;

/** Asks the feed, where the breaker allows it, and tells the breaker what came of it. Throws FeedFailed and FeedResting. */
export type Guarded = <T>(ask: () => Promise<T>) => Promise<T>;

interface Deps {
  readonly breaker: BreakerStore;
  readonly now: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** How often others may be faster at the breaker: then they have enough to note. */
const TRIES = 3;

export function guarded({ breaker, now, random }: Deps): Guarded {
  async function enter() {
    const before = await breaker.read();
    const who = mayAsk(before, now());
    if (who === 'ALL') return before;
    const trial = trying(before, now());
    if (who === 'ONE' && (await breaker.write(trial))) return trial;
    throw new FeedResting();
  }

  async function noteFailure(failed: FeedFailed): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (await breaker.write(afterFailure(await breaker.read(), failed, now(), random()))) return;
    }
  }

  return async (ask) => {
    const entered = await enter();
    try {
      const answer = await ask();
      // Where others have noted failures meanwhile, theirs are the later news.
      if (entered.failures > 0) await breaker.write(afterAnswer(entered));
      return answer;
    } catch (error) {
      if (error instanceof FeedFailed) await noteFailure(error);
      throw error;
    }
  };
}

/** The same as often as a budget allows it, so that those who are many leave the feed to the looks. */
export const within =
  (budget: Budget, now: Clock, ask: Guarded): Guarded =>
  async (request) => {
    if (!(await budget.take(now()))) throw new FeedResting();
    return ask(request);
  };
