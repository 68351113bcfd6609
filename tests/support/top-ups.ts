import { randomUUID } from 'node:crypto';
import { askForCoins } from '../../src/running-game/top-ups/top-up.ts';
import { topUpStore } from '../../src/running-game/top-ups/top-up-store.ts';
import { tableName, tables } from './tables.ts';
import { CHAIN_ID, PAID_TO } from './test-settings.ts';

export const topUps = topUpStore(tables(), tableName('game-top-ups'));

const HOUR = 3600 * 1000;

/** What a wei a coin costs, on the tests' chain. */
export const terms = {
  chain_id: CHAIN_ID,
  asset: 'native',
  recipient: PAID_TO,
  amount: '5',
  confirmations_needed: 3,
} as const;

/** A top-up that no execution has, dated an hour ahead, so that no sweep looks after it while a test goes on. */
export async function askedAhead(userId: string): Promise<string> {
  const creation = { id: randomUUID(), fingerprint: 'test' };
  const ahead = new Date(Date.now() + HOUR);
  await topUps.create(askForCoins({ coins: 5, terms, expiry: HOUR }, creation, userId, ahead));
  return creation.id;
}
