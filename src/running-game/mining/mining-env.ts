import * as z from 'zod';
import { durationWithin, milliseconds } from '../../shared/duration.ts';
import { DAY, MINUTE } from '../../shared/time.ts';
import { parseTokens, TOKEN } from '../wallet/ledger.ts';
import type { MiningRules } from './mining.ts';

const MOST = 1000 * TOKEN;

const perFullMeasure = z.string().refine((text) => {
  const millionths = parseTokens(text);
  return millionths !== undefined && millionths >= 0 && millionths <= MOST;
}, 'a number from 0 to 1000 with up to six decimal places');

/** What is mined, and how often. */
export const MiningEnv = z.object({
  /** When everybody is mined for, as EventBridge writes it; a second time in one hour it changes nothing. */
  GAME_MINING_ROUND: z
    .string()
    .regex(/^(cron\([^()]+\)|rate\((1 hour|[23] hours)\))$/, 'a schedule such as cron(0 * * * ? *)')
    .default('cron(0 * * * ? *)'),
  /** How many units of energy a full measure has. */
  GAME_ENERGY_MAX: z.coerce.number().int().min(1).max(1000).default(100),
  /** How long it takes to refill all of it. */
  GAME_ENERGY_REFILL: durationWithin(MINUTE, 30 * DAY, 'a duration from PT1M to P30D').default('PT8H'),
  /** Tokens for a full measure, by each coin and each cell that is held. */
  GAME_MINING_PER_COIN: perFullMeasure.default('0.01'),
  GAME_MINING_PER_CELL: perFullMeasure.default('0.1'),
});

export const miningRules = (env: Omit<z.output<typeof MiningEnv>, 'GAME_MINING_ROUND'>): MiningRules => ({
  energyMax: env.GAME_ENERGY_MAX,
  refill: milliseconds(env.GAME_ENERGY_REFILL),
  perCoin: parseTokens(env.GAME_MINING_PER_COIN) ?? 0,
  perCell: parseTokens(env.GAME_MINING_PER_CELL) ?? 0,
});
