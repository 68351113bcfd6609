import { expect, it } from '@jest/globals';
import { askForCoins, nameTransaction } from '../../../src/running-game/top-ups/top-up.ts';
import { topUpStore } from '../../../src/running-game/top-ups/top-up-store.ts';
import { busyTable } from '../../support/busy-table.ts';

const NOW = new Date('2026-12-01T18:00:00.000Z');
const terms = {
  chain_id: 1,
  asset: 'native',
  recipient: `0x${'a'.repeat(40)}`,
  amount: '1000',
  confirmations_needed: 3,
} as const;
const offer = askForCoins({ coins: 10, terms, expiry: 3600_000 }, { id: 'id', fingerprint: 'f' }, 'ada', NOW);
const hash = `0x${'1'.repeat(64)}`;

it('stores and changes a top-up that a transaction is at a moment later', async () => {
  const table = await busyTable([1, 3]);
  try {
    const store = topUpStore(table.client, 'top-ups');
    expect(await store.create(offer)).toEqual(offer);
    const changed = await store.change('id', (topUp) => nameTransaction(topUp, 'ada', hash, NOW));
    expect(changed).toMatchObject({ transaction: hash });
    expect(await store.find('id')).toEqual(changed);
    expect(table.asked).toEqual(['PutItem', 'PutItem', 'GetItem', 'PutItem', 'GetItem', 'PutItem', 'GetItem']);
  } finally {
    table.close();
  }
});
