import { problem } from '../../shared/errors.ts';

/** How energy refills, and what it is turned into. */
export interface MiningRules {
  /** A full measure of energy, in whole units. */
  readonly energyMax: number;
  /** How long it takes from nothing to full, milliseconds. */
  readonly refill: number;
  /** Millionths of a token for a full measure of energy, by each coin and each cell that is held. */
  readonly perCoin: number;
  readonly perCell: number;
}

/** What a user holds at one moment. */
export interface Holdings {
  readonly coins: number;
  readonly cells: number;
}

/** Energy is a function of the instant at which it was nothing; whoever has never mined has no such instant, and is full. */
export type EmptyAt = Date | undefined;

/** Nothing was mined, and no energy spent. */
export class NothingToClaim extends problem('nothing-to-claim', 409, 'There is nothing to claim') {
  override readonly retryAfterSeconds: number | undefined;

  constructor(detail?: string, retryAfterSeconds?: number) {
    super(detail);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Milliseconds of refilling, up to a full measure. */
const refilled = (emptyAt: EmptyAt, now: Date, { refill }: MiningRules) =>
  emptyAt === undefined ? refill : Math.min(refill, Math.max(0, now.getTime() - emptyAt.getTime()));

/** Milliseconds until so many units are there, from nothing. */
const timeFor = (units: number, { energyMax, refill }: MiningRules) => Math.ceil((units * refill) / energyMax);

/** The whole units of energy that are there. */
export const energyAt = (emptyAt: EmptyAt, now: Date, rules: MiningRules): number =>
  Math.floor((refilled(emptyAt, now, rules) * rules.energyMax) / rules.refill);

/** When the next unit is there; undefined while it is full. */
export function nextUnitAt(emptyAt: EmptyAt, now: Date, rules: MiningRules): Date | undefined {
  const energy = energyAt(emptyAt, now, rules);
  if (emptyAt === undefined || energy === rules.energyMax) return undefined;
  return new Date(emptyAt.getTime() + timeFor(energy + 1, rules));
}

/** When it is full; undefined while it is. */
export function fullAt(emptyAt: EmptyAt, now: Date, rules: MiningRules): Date | undefined {
  if (emptyAt === undefined || energyAt(emptyAt, now, rules) === rules.energyMax) return undefined;
  return new Date(emptyAt.getTime() + rules.refill);
}

/** Spends all whole units: what has refilled of the next one is kept. What would have refilled beyond a full measure is not. */
export function spendEnergy(emptyAt: EmptyAt, now: Date, rules: MiningRules): Date {
  const kept = refilled(emptyAt, now, rules) - timeFor(energyAt(emptyAt, now, rules), rules);
  return new Date(now.getTime() - kept);
}

/**
 * What so much energy is turned into, in whole millionths of a token, rounded down: the share of a full measure, times what each coin and
 * each cell that is held brings for one. Both claims and the hourly round go by it.
 */
export function mine(energy: number, { coins, cells }: Holdings, { energyMax, perCoin, perCell }: MiningRules): number {
  const forFullMeasure = BigInt(coins) * BigInt(perCoin) + BigInt(cells) * BigInt(perCell);
  return Number((BigInt(energy) * forFullMeasure) / BigInt(energyMax));
}
