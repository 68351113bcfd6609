import { describe, expect, it } from '@jest/globals';
import {
  energyAt,
  fullAt,
  type Holdings,
  type MiningRules,
  mine,
  nextUnitAt,
  spendEnergy,
} from '../../../src/running-game/mining/mining.ts';
import { dice } from '../../support/dice.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** A unit in 4 minutes and 48 seconds. */
const rules: MiningRules = { energyMax: 100, refill: 8 * HOUR, perCoin: 10_000, perCell: 100_000 };
const begin = new Date('2026-11-21T08:00:00.000Z');
const later = (milliseconds: number) => new Date(begin.getTime() + milliseconds);

describe('energy', () => {
  it.each([
    [0, 0],
    [288 * SECOND - 1, 0],
    [288 * SECOND, 1],
    [4 * HOUR, 50],
    [8 * HOUR - 1, 99],
    [8 * HOUR, 100],
    [800 * HOUR, 100],
    // A clock that is behind.
    [-HOUR, 0],
  ])('is, %i ms after it was nothing, %i', (milliseconds, energy) => {
    expect(energyAt(begin, later(milliseconds), rules)).toBe(energy);
  });

  it('is full for whoever has never mined', () => {
    expect(energyAt(undefined, begin, rules)).toBe(100);
    expect([fullAt(undefined, begin, rules), nextUnitAt(undefined, begin, rules)]).toEqual([undefined, undefined]);
    expect(spendEnergy(undefined, begin, rules)).toEqual(begin);
  });

  it('tells when it is full, and when there is more of it', () => {
    expect(fullAt(begin, later(HOUR), rules)).toEqual(later(8 * HOUR));
    expect(nextUnitAt(begin, later(HOUR), rules)).toEqual(later(13 * 288 * SECOND));
    expect(nextUnitAt(begin, later(13 * 288 * SECOND), rules)).toEqual(later(14 * 288 * SECOND));
    expect(fullAt(begin, later(8 * HOUR), rules)).toBeUndefined();
  });

  it('that is spent is nothing, and what has refilled of the next unit is kept', () => {
    const now = later(HOUR + 200 * SECOND);
    const emptyAt = spendEnergy(begin, now, rules);
    expect(energyAt(emptyAt, now, rules)).toBe(0);
    expect(emptyAt).toEqual(later(13 * 288 * SECOND));
  });
});

describe('what is mined', () => {
  it.each<[number, Holdings, number]>([
    [100, { coins: 1, cells: 0 }, 10_000],
    [100, { coins: 0, cells: 1 }, 100_000],
    [50, { coins: 7, cells: 3 }, 185_000],
    [0, { coins: 7, cells: 3 }, 0],
    [100, { coins: 0, cells: 0 }, 0],
  ])('of %i units of energy by somebody with %j is %i millionths', (energy, holdings, millionths) => {
    expect(mine(energy, holdings, rules)).toBe(millionths);
  });

  it('is rounded down', () => {
    expect(mine(33, { coins: 1, cells: 0 }, { ...rules, perCoin: 10 })).toBe(3);
    expect(mine(9, { coins: 1, cells: 0 }, { ...rules, perCoin: 10 })).toBe(0);
  });

  it('is exact where the product is larger than a number holds', () => {
    expect(mine(100, { coins: 900_719_925_474, cells: 0 }, rules)).toBe(9_007_199_254_740_000);
    expect(mine(33, { coins: 123_456_789_012, cells: 0 }, { ...rules, perCoin: 99 })).toBe(4_033_333_297_022);
  });
});

describe('however often somebody mines, by any rules', () => {
  const seeds = [...Array(40).keys()];

  /** Energy is mined at some moments within the time that it takes to refill; in units, and as millionths. */
  function walk(seed: number) {
    const random = dice(seed);
    const upTo = (most: number) => 1 + Math.floor(random() * most);
    const own: MiningRules = {
      energyMax: upTo(1000),
      refill: upTo(30 * 24 * HOUR),
      perCoin: upTo(2_000_000),
      perCell: upTo(2_000_000),
    };
    const holdings = { coins: upTo(1_000_000), cells: upTo(10_000) };
    let emptyAt = begin;
    let now = begin.getTime();
    const total = { units: 0, millionths: 0, times: upTo(300) };
    for (let n = 0; n < total.times; n++) {
      now += Math.floor((random() * own.refill) / upTo(100));
      const energy = energyAt(emptyAt, new Date(now), own);
      if (energy === own.energyMax) break;
      total.units += energy;
      total.millionths += mine(energy, holdings, own);
      emptyAt = energy === 0 ? emptyAt : spendEnergy(emptyAt, new Date(now), own);
    }
    return { own, holdings, total, passed: now - begin.getTime() };
  }

  it.each(seeds)('it is never more than once at the end, and less by roundings alone (seed %i)', (seed) => {
    const { own, holdings, total, passed } = walk(seed);
    const exact = (passed * own.energyMax) / own.refill;
    expect(total.units).toBeLessThanOrEqual(exact);
    // Of every time at most a millisecond, and what has refilled of a unit at the end.
    expect(total.units).toBeGreaterThan(exact - 1 - (total.times * own.energyMax) / own.refill);
    const lump = mine(total.units, holdings, own);
    expect(total.millionths).toBeLessThanOrEqual(lump);
    expect(total.millionths).toBeGreaterThan(lump - total.times);
  });
});
