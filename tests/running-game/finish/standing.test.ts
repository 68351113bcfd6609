import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rank } from '../../../src/running-game/finish/standing.ts';

const run = (
  run_id: string,
  user_id: string,
  distance_m: number,
  duration_s = 600,
  saved_at = '2026-11-30T20:00:00.000Z',
) => ({
  run_id,
  user_id,
  distance_m,
  duration_s,
  saved_at,
});
const order = (...runs: ReturnType<typeof run>[]) => rank(runs, []).map(({ run_id }) => run_id);

describe('standings', () => {
  it('go by the distance', () => {
    expect(order(run('a', 'ada', 1000, 100), run('b', 'ben', 3000, 900), run('c', 'cyd', 2000, 300))).toEqual([
      'b',
      'c',
      'a',
    ]);
  });

  it('decide ties by the duration, then by who was saved first, then by the id of the run', () => {
    expect(order(run('a', 'ada', 1000, 601), run('b', 'ben', 1000, 600))).toEqual(['b', 'a']);
    expect(
      order(
        run('a', 'ada', 1000, 600, '2026-11-30T20:00:00.001Z'),
        run('b', 'ben', 1000, 600, '2026-11-30T20:00:00.000Z'),
      ),
    ).toEqual(['b', 'a']);
    expect(order(run('b', 'ben', 1000), run('a', 'ada', 1000))).toEqual(['a', 'b']);
  });

  it('have the best run of each runner, and nobody twice', () => {
    const standings = rank(
      [
        run('a', 'ada', 1000),
        run('b', 'ben', 1500),
        run('c', 'ada', 2000),
        run('d', 'ada', 2000, 599),
        run('e', 'ada', 10),
      ],
      [70, 20, 5],
    );
    expect(standings).toEqual([
      { run_id: 'd', distance_m: 2000, duration_s: 599, saved_at: '2026-11-30T20:00:00.000Z', place: 1, prize: 70 },
      { run_id: 'b', distance_m: 1500, duration_s: 600, saved_at: '2026-11-30T20:00:00.000Z', place: 2, prize: 20 },
    ]);
  });

  it('have no prize beyond the last one, and say nothing of who has run', () => {
    const [first, second] = rank([run('a', 'ada', 2), run('b', 'ben', 1)], [7]);
    expect([first?.prize, second?.prize]).toEqual([7, 0]);
    expect(JSON.stringify([first, second])).not.toMatch(/ada|ben/);
  });

  it('of nobody are empty', () => {
    expect(rank([], [50, 30])).toEqual([]);
  });

  it('do not depend on the order of the runs', () => {
    const some = fc.uniqueArray(
      fc.record({
        run_id: fc.uuid(),
        user_id: fc.constantFrom('ada', 'ben', 'cyd', 'dee'),
        distance_m: fc.integer({ min: 1, max: 3 }),
        duration_s: fc.integer({ min: 1, max: 3 }),
        saved_at: fc.constantFrom('2026-11-30T20:00:00.000Z', '2026-11-30T20:00:01.000Z'),
      }),
      { selector: ({ run_id }) => run_id, maxLength: 12 },
    );
    fc.assert(
      fc.property(
        some.chain((runs) => fc.tuple(fc.constant(runs), fc.shuffledSubarray(runs, { minLength: runs.length }))),
        ([runs, shuffled]) => {
          const standings = rank(runs, [3, 2, 1]);
          expect(rank(shuffled, [3, 2, 1])).toEqual(standings);
          expect(standings.map(({ place }) => place)).toEqual(standings.map((_, n) => n + 1));
          expect(standings).toHaveLength(new Set(runs.map(({ user_id }) => user_id)).size);
        },
      ),
    );
  });
});
