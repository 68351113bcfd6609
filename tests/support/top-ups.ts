import { randomUUID } from 'node:crypto';
import { topUpExecution } from '../../src/running-game/top-ups/start-top-up.ts';
import { askForCoins, type TopUp, type TopUpStatus } from '../../src/running-game/top-ups/top-up.ts';
import { topUpStore } from '../../src/running-game/top-ups/top-up-store.ts';
import { executionsOf, stateOf } from './machines.ts';
import { tableName, tables } from './tables.ts';
import { CHAIN_ID, PAID_TO } from './test-settings.ts';
import { until } from './until.ts';

export const topUps = topUpStore(tables(), tableName('game-top-ups'));

const MACHINE = 'coin-top-up';
export const coinTopUp = executionsOf(MACHINE);

const HOUR = 3600 * 1000;

const terms = {
  chain_id: CHAIN_ID,
  asset: 'native',
  recipient: PAID_TO,
  amount: '5',
  confirmations_needed: 3,
} as const;

/** A top-up of five coins for five wei that was asked for so long ago, in milliseconds, and that no execution has. */
export const asked = (userId: string, ago: number, expiry = HOUR): TopUp =>
  askForCoins(
    { coins: 5, terms, expiry },
    { id: randomUUID(), fingerprint: 'test' },
    userId,
    new Date(Date.now() - ago),
  );

/** One that is dated a day ahead, so that no sweep looks after it while a test goes on. */
export const askedAhead = async (userId: string): Promise<string> =>
  (await topUps.create(asked(userId, -24 * HOUR))).id;

/** Waits until a top-up is in this status; of an end, until that is told. */
export const comesTo = (id: string, status: TopUpStatus, seconds?: number) =>
  until(
    `a top-up that is ${status}`,
    async () => {
      const found = await topUps.find(id);
      return found?.status === status && (!('told' in found) || found.told) ? found : undefined;
    },
    seconds,
  );

export const startExecution = (id: string, run = 1) => {
  const { name, input } = topUpExecution(id, run);
  return coinTopUp.start(name, input);
};

/** The state in which an execution has ended. */
export const terminalOf = (id: string, run = 1) => {
  const { name } = topUpExecution(id, run);
  return until('the end of the execution', async () =>
    (await coinTopUp.status(name)) === 'ENDED' ? stateOf(MACHINE, name) : undefined,
  );
};

/** The state that an execution is in. */
export const isIn = (id: string, state: string, run = 1) =>
  until(`an execution in ${state}`, async () =>
    (await stateOf(MACHINE, topUpExecution(id, run).name)) === state ? state : undefined,
  );
