import { pause } from '../../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import type { Holdings as Territory } from '../territories/territory-store.ts';
import type { Posting } from '../wallet/ledger.ts';
import type { WalletStore } from '../wallet/wallet-store.ts';
import { energyAt, type Holdings, type MiningRules, mine, NothingToClaim, nextUnitAt, spendEnergy } from './mining.ts';
import type { MiningState, MiningStore } from './mining-store.ts';

export interface MiningDeps {
  readonly mining: MiningStore;
  readonly wallets: Pick<WalletStore, 'balanceOf' | 'postingWrites' | 'refusalOf' | 'entry'>;
  readonly territory: Territory;
  readonly rules: MiningRules;
}

/** What a user could mine at a moment. */
export interface Prospect {
  readonly state: MiningState;
  readonly energy: number;
  readonly holdings: Holdings;
  /** Millionths of a token. */
  readonly yields: number;
}

export async function prospectOf(
  userId: string,
  { mining, wallets, territory, rules }: Omit<MiningDeps, 'wallets'> & { wallets: Pick<WalletStore, 'balanceOf'> },
  now: Date,
): Promise<Prospect> {
  const [state, { coins, tokens }, cells] = await Promise.all([
    mining.find(userId),
    wallets.balanceOf(userId),
    territory.cellsHeld(userId, now),
  ]);
  const energy = energyAt(state.emptyAt, now, rules);
  const holdings = { coins, cells };
  return { state, energy, holdings, yields: Math.min(mine(energy, holdings, rules), MOST_TOKENS - tokens) };
}

/** More than these millionths a wallet does not hold: beyond, numbers are no longer exact. */
const MOST_TOKENS = Number.MAX_SAFE_INTEGER;

/** A user's whole units of energy, and those of a full measure. */
export async function energyOf(userId: string, { mining, rules }: Pick<MiningDeps, 'mining' | 'rules'>, now: Date) {
  const { emptyAt } = await mining.find(userId);
  return { energy: energyAt(emptyAt, now, rules), max: rules.energyMax };
}

/** How often mining is tried because somebody else was at the wallet. */
const TRIES = 16;

/**
 * Turns all of a user's energy into tokens, which are posted once under the key; answers the posting, also one that was there before. A round
 * mines for nobody twice. Undefined where there is nothing to mine, and for somebody who has left. Throws ChangedMeanwhile after too many rivals.
 */
export async function mineOnce(
  { userId, key, round }: { readonly userId: string; readonly key: string; readonly round?: string },
  deps: MiningDeps,
  now: Date,
): Promise<Posting | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { state, yields } = await prospectOf(userId, deps, now);
    if (yields === 0 || (round !== undefined && state.round !== undefined && state.round >= round)) return undefined;
    const posting: Posting = {
      user_id: userId,
      key,
      currency: 'tokens',
      amount: yields,
      reason: 'MINING',
      reference: round ?? 'claim',
      at: now.toISOString(),
    };
    const after: MiningState = {
      emptyAt: spendEnergy(state.emptyAt, now, deps.rules),
      round: round ?? state.round,
      version: state.version + 1,
    };
    if (await deps.mining.replace(userId, state, after, deps.wallets.postingWrites(posting))) return posting;
    const before = await deps.wallets.entry(userId, key);
    if (before) return before;
    if ((await deps.wallets.refusalOf(posting)) === 'CLOSED') return undefined;
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}

/** A user's own claim; the same request again answers what it has claimed. Throws NothingToClaim, ChangedMeanwhile. */
export async function claim(
  { creation: { id }, userId }: { readonly creation: Creation; readonly userId: string },
  deps: MiningDeps,
  now: Date,
): Promise<Posting> {
  const key = `claim-${id}`;
  const posting = (await mineOnce({ userId, key }, deps, now)) ?? (await deps.wallets.entry(userId, key));
  if (posting) return posting;
  const { state, energy, holdings } = await prospectOf(userId, deps, now);
  if (mine(deps.rules.energyMax, holdings, deps.rules) === 0)
    throw new NothingToClaim('Who holds neither coins nor cells mines nothing');
  const next = nextUnitAt(state.emptyAt, now, deps.rules) ?? now;
  const seconds = Math.max(1, Math.ceil((next.getTime() - now.getTime()) / 1000));
  throw new NothingToClaim(`Of ${deps.rules.energyMax} units of energy there are ${energy}`, seconds);
}
