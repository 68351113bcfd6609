import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prizesOf } from '../../../src/running-game/finish/prizes.ts';

describe('the prizes of an event', () => {
  it.each([
    [{ price: 10, sold: 30, prize_pool: 0, prize_split: [50, 30, 20] }, [150, 90, 60]],
    [{ price: 10, sold: 30, prize_pool: 700, prize_split: [50, 30, 20] }, [500, 300, 200]],
    // What rounding leaves is the winner's.
    [{ price: 1, sold: 10, prize_pool: 0, prize_split: [33, 33, 34] }, [4, 3, 3]],
    [{ price: 7, sold: 7, prize_pool: 0, prize_split: [50, 30, 20] }, [26, 14, 9]],
    [{ price: 0, sold: 9, prize_pool: 1, prize_split: [10, 90] }, [1, 0]],
    // The rest of the pot is nobody's.
    [{ price: 10, sold: 10, prize_pool: 0, prize_split: [40, 10] }, [40, 10]],
    [{ price: 1, sold: 99, prize_pool: 0, prize_split: [50] }, [49]],
    [{ price: 0, sold: 5, prize_pool: 0, prize_split: [100] }, [0]],
    [{ price: 10, sold: 10, prize_pool: 50, prize_split: [] }, []],
  ])('are %j: %j', (pot, prizes) => {
    expect(prizesOf(pot)).toEqual(prizes);
  });

  it('give out what the split says of the pot, to the coin, and no place less than its percent rounded down', () => {
    const split = fc
      .array(fc.integer({ min: 1, max: 100 }), { maxLength: 100 })
      .map((percents) =>
        percents.filter((_, n) => percents.slice(0, n + 1).reduce((sum, each) => sum + each, 0) <= 100),
      );
    const pot = fc.record({
      price: fc.integer({ min: 0, max: 1_000_000 }),
      sold: fc.integer({ min: 0, max: 100_000 }),
      prize_pool: fc.integer({ min: 0, max: 1_000_000_000 }),
      prize_split: split,
    });
    fc.assert(
      fc.property(pot, (each) => {
        const prizes = prizesOf(each);
        const all = each.price * each.sold + each.prize_pool;
        const percent = each.prize_split.reduce((sum, part) => sum + part, 0);
        expect(BigInt(prizes.reduce((sum, prize) => sum + prize, 0))).toBe(
          prizes.length === 0 ? 0n : (BigInt(all) * BigInt(percent)) / 100n,
        );
        for (const [n, part] of each.prize_split.entries()) {
          const fair = Number((BigInt(all) * BigInt(part)) / 100n);
          if (n > 0) expect(prizes[n]).toBe(fair);
          else expect(prizes[n]).toBeGreaterThanOrEqual(fair);
        }
      }),
    );
  });
});
