import * as z from 'zod';
import { formatTokens } from '../wallet/ledger.ts';
import type { Prospect } from './claim.ts';
import { fullAt, type MiningRules } from './mining.ts';

/** What a user sees of their mining. */
export const MiningView = z.object({
  energy: z.int().describe('Whole units'),
  max: z.int(),
  full_at: z.iso.datetime().nullable().describe('null while it is full'),
  coins: z.int(),
  cells: z.int(),
  would_yield: z.string().describe('Tokens that a claim would bring this moment, a decimal'),
});

export function viewMining(
  { state, energy, holdings, yields }: Prospect,
  rules: MiningRules,
  now: Date,
): z.input<typeof MiningView> {
  const full = fullAt(state.emptyAt, now, rules)?.toISOString() ?? null;
  return { energy, max: rules.energyMax, full_at: full, ...holdings, would_yield: formatTokens(yields) };
}
