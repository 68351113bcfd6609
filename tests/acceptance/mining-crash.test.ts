import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claim } from '../../src/running-game/mining/claim.ts';
import { minePage, type Place } from '../../src/running-game/mining/mine-page.ts';
import { type MiningRules, NothingToClaim } from '../../src/running-game/mining/mining.ts';
import { miningStore } from '../../src/running-game/mining/mining-store.ts';
import { walletStore } from '../../src/running-game/wallet/wallet-store.ts';
import { SHARDS } from '../../src/shared/shard.ts';
import { Died, immortal, type Life, mortal } from '../support/mortal.ts';
import { ownTable } from '../support/own-table.ts';
import { tables } from '../support/tables.ts';

/** A unit in 4 minutes and 48 seconds. */
const rules: MiningRules = { energyMax: 100, refill: 8 * 3600_000, perCoin: 10_000, perCell: 100_000 };
const start = Date.parse('2090-06-01T08:00:00.000Z');
const at = (minutes: number) => new Date(start + minutes * 60_000);
const hour = (minutes: number) => at(minutes).toISOString().slice(0, 13);

let table: Awaited<ReturnType<typeof ownTable>>;
beforeAll(async () => {
  table = await ownTable('running-game/wallet', 'GameWalletsTable');
});
afterAll(() => table.remove());

/** What mines in one life; everybody holds two cells. */
function world(life: Life) {
  const client = tables(life.step);
  return {
    mining: miningStore(client, table.name),
    wallets: walletStore(client, table.name),
    territory: { cellsHeld: () => life.step(async () => 2) },
    rules,
  };
}
const outside = () => world(immortal());

async function newMiner(coins: number): Promise<string> {
  const userId = randomUUID();
  const grant = { user_id: userId, key: 'grant', currency: 'coins', reason: 'GRANT', reference: '' } as const;
  await outside().wallets.post({ ...grant, amount: coins, at: at(0).toISOString() });
  return userId;
}

/** What somebody has, and that it is what the entries of their ledger come to. */
async function balanceOf(userId: string) {
  const { wallets } = outside();
  const balance = await wallets.balanceOf(userId);
  expect(await wallets.sums(userId)).toEqual(balance);
  return balance;
}

const minedFor = async (userId: string) => {
  const { items } = await outside().wallets.entries(userId, 'tokens', { limit: 100, after: undefined });
  return items.map(({ key, amount, reason, reference }) => ({ key, amount, reason, reference }));
};

describe('a claim', () => {
  it('that dies at any step is made once by its repeat, and the energy is spent once', async () => {
    const claimAt = (life: Life, userId: string, id: string, minutes: number) =>
      claim({ creation: { id, fingerprint: '' }, userId }, world(life), at(minutes));
    const whole = immortal();
    await claimAt(whole, await newMiner(10), 'once', 0);
    expect(whole.steps()).toBeGreaterThanOrEqual(4);
    for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
      for (const takesEffect of [false, true]) {
        const userId = await newMiner(10);
        await expect(claimAt(mortal(diesAt, takesEffect), userId, 'once', 0)).rejects.toThrow(Died);
        const { tokens } = await balanceOf(userId);
        expect([0, 300_000]).toContain(tokens);
        expect(await claimAt(immortal(), userId, 'once', 60)).toMatchObject({ amount: 300_000 });
        expect(await minedFor(userId)).toEqual([
          { key: 'claim-once', amount: 300_000, reason: 'MINING', reference: 'claim' },
        ]);
        expect(await balanceOf(userId)).toEqual({ coins: 10, tokens: 300_000, version: 2 });
        // An hour of energy is there where the first of them took effect, and nothing where the repeat did.
        const another = claimAt(immortal(), userId, 'another', 60);
        if (tokens === 0) await expect(another).rejects.toThrow(NothingToClaim);
        else expect(await another).toMatchObject({ amount: 36_000 });
      }
    }
  }, 60_000);

  it('of somebody who leaves at the same moment leaves nothing behind', async () => {
    const userId = await newMiner(10);
    const { wallets, ...others } = outside();
    const leaving = {
      ...others,
      wallets: {
        ...wallets,
        async balanceOf(id: string) {
          const balance = await wallets.balanceOf(id);
          await wallets.close(id, at(0));
          return balance;
        },
      },
    };
    const claiming = claim({ creation: { id: 'late', fingerprint: '' }, userId }, leaving, at(0));
    await expect(claiming).rejects.toThrow(NothingToClaim);
    expect(await balanceOf(userId)).toEqual({ coins: 0, tokens: 0, version: 0 });
    expect(await others.mining.find(userId)).toMatchObject({ version: 0 });
  });
});

describe('a round', () => {
  const begin: Place = { shard: 0, after: null };
  /** All its pages, as the machine asks for them. */
  async function round(life: Life, minutes: number, portion: number, place: Place = begin): Promise<Place | null> {
    const deps = { ...world(life), now: () => at(minutes), report: () => undefined };
    let from: Place | null = place;
    while (from) from = (await minePage({ round: hour(minutes), from }, portion, deps)).from;
    return from;
  }

  it('mines for everybody who has a wallet, whatever the size of its pages, once in an hour', async () => {
    const miners = await Promise.all(Array.from({ length: 3 * SHARDS }, (_, n) => newMiner(n + 1)));
    await Promise.all([round(immortal(), 0, 5), round(immortal(), 0, 7)]);
    await round(immortal(), 30, 1000);
    for (const [n, userId] of miners.entries()) {
      const first = { key: `round-${hour(0)}`, amount: 200_000 + (n + 1) * 10_000, reason: 'MINING' };
      expect(await minedFor(userId)).toEqual([{ ...first, reference: hour(0) }]);
      await balanceOf(userId);
    }
    await round(immortal(), 60, 10);
    // What has refilled in an hour: 12 units, and half of one is kept.
    for (const [n, userId] of miners.entries()) {
      const [second] = await minedFor(userId);
      expect(second).toMatchObject({
        key: `round-${hour(60)}`,
        amount: Math.floor((200_000 + (n + 1) * 10_000) * 0.12),
      });
    }
  }, 60_000);

  it('that is broken off anywhere mines for everybody once when it is begun anew', async () => {
    for (const diesAt of [1, 2, 3, 5, 8, 13, 21, 34]) {
      for (const takesEffect of [false, true]) {
        const minutes = 60 * 24 * (2 * diesAt + Number(takesEffect));
        const miners = await Promise.all([newMiner(10), newMiner(20)]);
        const life = mortal(diesAt, takesEffect);
        const broken = round(life, minutes, 4);
        // A function that dies takes those along that it mines for at the same time; only of the listing it is told.
        await broken.catch((error) => expect(error).toBeInstanceOf(Died));
        await round(immortal(), minutes, 1000);
        for (const [n, userId] of miners.entries()) {
          const amount = 300_000 + n * 100_000;
          const key = `round-${hour(minutes)}`;
          expect(await minedFor(userId)).toEqual([{ key, amount, reason: 'MINING', reference: hour(minutes) }]);
          expect(await balanceOf(userId)).toMatchObject({ tokens: amount, version: 2 });
        }
      }
    }
  }, 120_000);

  it('goes on where it cannot mine for somebody, tells of it, and they lose nothing', async () => {
    const unlucky = await newMiner(10);
    const lucky = await newMiner(20);
    const reported: object[] = [];
    const deps = outside();
    const territory = {
      async cellsHeld(userId: string) {
        if (userId === unlucky) throw new TypeError('something of theirs cannot be read');
        return 2;
      },
    };
    const now = () => at(-600);
    const mined = { ...deps, territory, now, report: (_: string, about: object) => reported.push(about) };
    const page = await minePage({ round: hour(-600), from: begin }, 10_000, mined);
    expect(page).toMatchObject({ from: null, failed: 1 });
    expect(reported).toEqual([{ userId: unlucky, round: hour(-600), error: 'TypeError' }]);
    expect((await minedFor(lucky)).map(({ key }) => key)).toEqual([`round-${hour(-600)}`]);
    expect(await minedFor(unlucky)).toEqual([]);
    await round(immortal(), -540, 10_000);
    expect(await minedFor(unlucky)).toMatchObject([{ key: `round-${hour(-540)}`, amount: 300_000 }]);
  });
});
