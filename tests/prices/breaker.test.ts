import { describe, expect, it } from '@jest/globals';
import { afterAnswer, afterFailure, type Breaker, CLOSED, mayAsk, trying } from '../../src/prices/breaker.ts';
import type { BreakerStore } from '../../src/prices/breaker-store.ts';
import { FeedFailed } from '../../src/prices/feed.ts';
import { FeedResting, guarded } from '../../src/prices/guarded.ts';

const MINUTE = 60_000;
const at = (minutes: number) => new Date(Date.parse('2026-11-21T12:00:00.000Z') + minutes * MINUTE);
const broken = new FeedFailed('SERVER_ERROR');

/** After failures at these minutes. */
const failing = (...minutes: number[]) =>
  minutes.reduce((breaker, minute) => afterFailure(breaker, broken, at(minute), 1), CLOSED);

describe('the breaker', () => {
  it('lets everybody ask until the third failure in a row', () => {
    expect(mayAsk(CLOSED, at(0))).toBe('ALL');
    expect(mayAsk(failing(0, 1), at(1))).toBe('ALL');
    expect(mayAsk(failing(0, 1, 2), at(2))).toBe('NOBODY');
    expect(failing(0, 1, 2)).toMatchObject({ failures: 3, since: at(0).toISOString(), fault: 'SERVER_ERROR' });
  });

  it('is forgotten by an answer', () => {
    const answered = afterAnswer(failing(0, 1, 2));
    expect(answered).toEqual({ version: 4, failures: 0, openings: 0 });
    expect(mayAsk(afterFailure(answered, broken, at(9), 1), at(9))).toBe('ALL');
  });

  it('lets one ask when its time is over, who has two minutes for it', () => {
    const open = failing(0, 1, 2);
    expect(mayAsk(open, at(2.9))).toBe('NOBODY');
    expect(mayAsk(open, at(3.1))).toBe('ONE');
    const tried = trying(open, at(3.1));
    expect(mayAsk(tried, at(3.2))).toBe('NOBODY');
    expect(mayAsk(tried, at(5.2))).toBe('ONE');
  });

  it('stays open for twice as long after each try that fails, up to ten minutes', () => {
    let breaker = failing(0, 0, 0);
    const minutes: number[] = [];
    for (let n = 0; n < 6; n++) {
      const opened = Date.parse(breaker.open_until ?? '');
      const now = new Date(opened + 1);
      breaker = afterFailure(trying(breaker, now), broken, now, 1);
      minutes.push((Date.parse(breaker.open_until ?? '') - now.getTime()) / MINUTE);
    }
    expect(minutes).toEqual([2, 4, 8, 10, 10, 10]);
  });

  it('spreads installations over a fifth of the time', () => {
    const open = afterFailure(failing(0, 0), broken, at(0), 0);
    expect(open.open_until).toBe(at(0.8).toISOString());
  });

  it('opens at once when there were too many requests, for as long as the feed says, from a second to an hour', () => {
    const openUntil = (retryAt?: Date) =>
      afterFailure(CLOSED, new FeedFailed('RATE_LIMITED', retryAt), at(0), 1).open_until;
    expect(openUntil()).toBe(at(1).toISOString());
    expect(openUntil(at(7))).toBe(at(7).toISOString());
    expect(openUntil(at(-7))).toBe(at(1 / 60).toISOString());
    expect(openUntil(at(24 * 60))).toBe(at(60).toISOString());
  });

  it('is not held open for longer by requests that had begun before, unless the feed says so', () => {
    const open = failing(0, 0, 0);
    const late = afterFailure(open, broken, at(0.5), 1);
    expect(late).toMatchObject({ failures: 4, openings: 1, open_until: open.open_until });
    expect(afterFailure(open, new FeedFailed('RATE_LIMITED', at(5)), at(0.5), 1).open_until).toBe(at(5).toISOString());
    expect(afterFailure(open, new FeedFailed('RATE_LIMITED', at(0.6)), at(0.5), 1).open_until).toBe(open.open_until);
  });
});

describe('functions that share a breaker', () => {
  function shared() {
    let state: Breaker = CLOSED;
    const store: BreakerStore = {
      read: async () => state,
      write: async (breaker) => {
        if (breaker.version !== state.version + 1) return false;
        state = breaker;
        return true;
      },
    };
    let now = at(0);
    const guard = () => guarded({ breaker: store, now: () => now, random: () => 1 });
    return { state: () => state, guard, move: (minutes: number) => (now = at(minutes)) };
  }
  const fail = () => Promise.reject(broken);
  const answer = () => Promise.resolve('answer');

  it('count their failures together, and are refused together without a request', async () => {
    const { guard, state } = shared();
    const functions = [guard(), guard(), guard()];
    const results = await Promise.allSettled(functions.map((ask) => ask(fail)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(state().failures).toBe(3);
    let requests = 0;
    await expect(
      guard()(async () => {
        requests++;
      }),
    ).rejects.toBeInstanceOf(FeedResting);
    expect(requests).toBe(0);
  });

  it('fail by the feed, also when so many do at once that not all of it can be noted', async () => {
    const { guard, state } = shared();
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => guard()(fail)));
    expect(results.every((result) => result.status === 'rejected' && result.reason === broken)).toBe(true);
    expect(mayAsk(state(), at(0))).toBe('NOBODY');
  });

  it('send one of them to try, whose answer is for all', async () => {
    const { guard, move, state } = shared();
    for (let n = 0; n < 3; n++) await guard()(fail).catch(() => undefined);
    move(2);
    const results = await Promise.allSettled([1, 2, 3].map(() => guard()(answer)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(state()).toMatchObject({ failures: 0, openings: 0 });
    expect(await guard()(answer)).toBe('answer');
  });

  it('are not let in by an answer to what was asked before the others failed', async () => {
    const { guard, state } = shared();
    await guard()(fail).catch(() => undefined);
    let arrive = (_: string) => {};
    const slow = guard()(() => new Promise<string>((resolve) => (arrive = resolve)));
    await new Promise((resolve) => setImmediate(resolve));
    await guard()(fail).catch(() => undefined);
    await guard()(fail).catch(() => undefined);
    arrive('late');
    expect(await slow).toBe('late');
    expect(state().failures).toBe(3);
    await expect(guard()(answer)).rejects.toBeInstanceOf(FeedResting);
  });

  it('do not count what is no fault of the feed', async () => {
    const { guard, state } = shared();
    await expect(guard()(() => Promise.reject(new Error('table')))).rejects.toThrow('table');
    expect(state()).toEqual(CLOSED);
  });
});
