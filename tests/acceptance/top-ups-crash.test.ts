import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { notifier } from '../../src/notifications/notifier.ts';
import { awaitTransaction, TransactionNamed } from '../../src/running-game/top-ups/await-transaction.ts';
import { buyCoins } from '../../src/running-game/top-ups/buy-coins.ts';
import { ChainUnavailable } from '../../src/running-game/top-ups/chain.ts';
import { checkPayment } from '../../src/running-game/top-ups/check-payment.ts';
import { moveTopUp } from '../../src/running-game/top-ups/move-top-up.ts';
import { namePayment } from '../../src/running-game/top-ups/name-payment.ts';
import { paymentFor } from '../../src/running-game/top-ups/payment.ts';
import { rpcChain } from '../../src/running-game/top-ups/rpc-chain.ts';
import { referenceOf, type TopUp } from '../../src/running-game/top-ups/top-up.ts';
import { topUpStore } from '../../src/running-game/top-ups/top-up-store.ts';
import { offerOf } from '../../src/running-game/top-ups/top-ups-env.ts';
import { walletStore } from '../../src/running-game/wallet/wallet-store.ts';
import { startChain, type TestChain } from '../support/chain.ts';
import { dice } from '../support/dice.ts';
import { Died, frail, immortal, type Life, mortal, type Step, Unknown } from '../support/mortal.ts';
import { ownTable } from '../support/own-table.ts';
import { tableName, tables } from '../support/tables.ts';
import { CHAIN_ID, PAID_TO, TOKEN_TAKEN } from '../support/test-settings.ts';

const now = () => new Date();
const port = Number(process.env.CARILLON_TEST_CHAIN_PORT);

let evm: TestChain;
let table: Awaited<ReturnType<typeof ownTable>>;
let purse: Awaited<ReturnType<typeof ownTable>>;
beforeAll(async () => {
  evm = await startChain(port);
  table = await ownTable('running-game/top-ups', 'GameTopUpsTable');
  purse = await ownTable('running-game/wallet', 'GameWalletsTable');
}, 60_000);
afterAll(async () => {
  await evm.stop();
  await table.remove();
  await purse.remove();
});

const offer = offerOf({
  TOP_UP_CHAIN_ID: CHAIN_ID,
  TOP_UP_RECIPIENT: PAID_TO,
  TOP_UP_NATIVE_COINS: '1000',
  TOP_UP_TOKEN: TOKEN_TAKEN,
  TOP_UP_TOKEN_COINS: '10',
  TOP_UP_TOKEN_DECIMALS: 6,
  TOP_UP_CONFIRMATIONS: 3,
  TOP_UP_EXPIRY: 'PT1H',
});

/** What requests and functions work with, every call of which may be their last one, and what they have told. */
function world(step: Step, told = new Set<string>()) {
  const client = tables(step);
  const notifications = notificationStore(client, tableName('notifications'));
  const create: typeof notifications.create = async (notification, userIds) => {
    // In an hour, so that the stack's own sweep keeps away from it.
    const created_at = new Date(Date.parse(notification.created_at) + 3600_000).toISOString();
    const created = await notifications.create({ ...notification, created_at }, userIds);
    told.add(notification.id);
    return created;
  };
  const chain = rpcChain({ url: evm.url, timeoutMs: 5000 });
  return {
    topUps: topUpStore(client, table.name),
    ledger: walletStore(client, purse.name),
    notifier: notifier({ create }, { start: () => step(async () => true) }),
    chain: { look: (id: number, hash: string) => step(() => chain.look(id, hash)) },
    users: { find: async () => ({}) },
    executions: { start: () => step(async () => true) },
    tokens: { answer: () => step(async () => true) },
    offer,
    poll: 1000,
  };
}
type World = ReturnType<typeof world>;
const calm = () => world(immortal().step);

interface Case {
  readonly userId: string;
  readonly creation: { readonly id: string; readonly fingerprint: string };
  readonly asset: 'native' | 'erc20';
}
const newCase = (asset: Case['asset'] = 'erc20'): Case => ({
  userId: randomUUID(),
  creation: { id: randomUUID(), fingerprint: 'f' },
  asset,
});
const buy = (deps: World, about: Case) => buyCoins({ ...about, coins: 5 }, deps, now());
const walletOf = async ({ userId }: Case) => {
  const { ledger } = calm();
  const [{ coins }, sums] = [await ledger.balanceOf(userId), await ledger.sums(userId)];
  expect(sums.coins).toBe(coins);
  return { coins, entries: sums.version };
};
const mine = ({ creation }: Case) => ({ topUpId: creation.id, run: 1 });

/** Paid and deep enough, but nobody has looked yet. */
async function paid(about: Case): Promise<string> {
  const hash = await evm.send(paymentFor(await buy(calm(), about)));
  await evm.mine(2);
  return hash;
}

/** Everything of a top-up from the offer on, as its requests and its execution do it. */
async function live(deps: World, about: Case, hash: string): Promise<void> {
  await buy(deps, about);
  await moveTopUp({ ...mine(about), step: 'TAKE_UP' }, deps, now());
  await awaitTransaction({ ...mine(about), token: 'token' }, deps, now()).catch(unlessNamed);
  await namePayment(about.creation.id, about.userId, hash, deps, now());
  await checkPayment(mine(about), deps, now());
  await moveTopUp({ ...mine(about), step: 'CREDIT' }, deps, now());
  await moveTopUp({ ...mine(about), step: 'SETTLE' }, deps, now());
}
const unlessNamed = (error: unknown) => {
  if (!(error instanceof TransactionNamed)) throw error;
};

describe('whatever dies before or after any of its calls', () => {
  it.each<Case['asset']>(['native', 'erc20'])(
    'and is done again, the coins are credited once, and told of once: %s',
    async (asset) => {
      const whole: Life = immortal();
      const first = newCase(asset);
      await live(world(whole.step), first, await paid(first));
      expect(await walletOf(first)).toEqual({ coins: 5, entries: 1 });
      expect(whole.steps()).toBeGreaterThan(15);
      for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
        for (const takesEffect of [false, true]) {
          const [about, told] = [newCase(asset), new Set<string>()];
          const hash = await paid(about);
          const dying = live(world(mortal(diesAt, takesEffect).step, told), about, hash);
          // What only wakes or starts is left to the sweep, and is no reason to fail.
          await dying.catch((error: unknown) => expect(error).toBeInstanceOf(Error));
          await live(world(immortal().step, told), about, hash);
          expect(await calm().topUps.find(about.creation.id)).toMatchObject({ status: 'CREDITED', told: true });
          expect(await walletOf(about)).toEqual({ coins: 5, entries: 1 });
          expect([...told]).toEqual([`top-up-${about.creation.id}-1`]);
        }
      }
    },
    120_000,
  );
});

async function confirmed(about: Case): Promise<string> {
  const hash = await paid(about);
  await namePayment(about.creation.id, about.userId, hash, calm(), now());
  expect(await checkPayment(mine(about), calm(), now())).toEqual({ status: 'CONFIRMED' });
  return hash;
}

describe('a payment', () => {
  it('is credited once, whoever asks at the same moment a hundred times', async () => {
    const about = newCase();
    await confirmed(about);
    const asked = Array.from({ length: 100 }, () => moveTopUp({ ...mine(about), step: 'CREDIT' }, calm(), now()));
    const answers = await Promise.allSettled(asked);
    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    // Who gave up because others were faster is called again by the machine.
    expect(await moveTopUp({ ...mine(about), step: 'CREDIT' }, calm(), now())).toEqual({ status: 'CREDITED' });
    expect(await walletOf(about)).toEqual({ coins: 5, entries: 1 });
  }, 60_000);

  it('is credited once, also if two top-ups could name it', async () => {
    const [first, second] = [newCase(), newCase()];
    await confirmed(first);
    const { topUps } = calm();
    const found = await topUps.find(first.creation.id);
    if (!found) throw new Error('not there');
    // As if a reference were not one top-up's alone.
    const twin: TopUp = { ...found, id: second.creation.id, user_id: second.userId };
    await topUps.create(twin);
    const credit = (about: Case) => moveTopUp({ ...mine(about), step: 'CREDIT' }, calm(), now());
    const ends = await Promise.all([credit(first), credit(second)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['CREDITED', 'REJECTED']);
    expect((await walletOf(first)).coins + (await walletOf(second)).coins).toBe(5);
  });

  it('of somebody who has left is forgotten', async () => {
    const about = newCase();
    await confirmed(about);
    await walletStore(tables(), purse.name).close(about.userId, now());
    for (const step of ['CREDIT', 'SETTLE'] as const)
      expect(await moveTopUp({ ...mine(about), step }, calm(), now())).toEqual({ status: 'FORGOTTEN' });
  });

  it('of somebody else is nobody’s, by whatever reference they ask', async () => {
    const [ada, eve] = [newCase(), newCase()];
    const hash = await paid(ada);
    await buy(calm(), eve);
    expect(referenceOf(ada.creation.id)).not.toBe(referenceOf(eve.creation.id));
    await namePayment(eve.creation.id, eve.userId, hash, calm(), now());
    expect(await checkPayment(mine(eve), calm(), now())).toEqual({ status: 'REJECTED' });
    expect(await walletOf(eve)).toEqual({ coins: 0, entries: 0 });
  });

  it('has one end when it is confirmed, forgotten and renamed at the same moment', async () => {
    for (let n = 0; n < 10; n++) {
      const about = newCase();
      const hash = await paid(about);
      await namePayment(about.creation.id, about.userId, hash, calm(), now());
      const other = `0x${randomBytes(32).toString('hex')}`;
      await Promise.allSettled([
        checkPayment(mine(about), calm(), now()).then(() =>
          moveTopUp({ ...mine(about), step: 'CREDIT' }, calm(), now()),
        ),
        namePayment(about.creation.id, about.userId, other, calm(), now()),
        ...(n % 2 ? [calm().topUps.forgetUser(about.userId)] : []),
      ]);
      const found = await calm().topUps.find(about.creation.id);
      const { coins } = await walletOf(about);
      if (found?.status === 'CREDITED') expect(coins).toBe(5);
      else if (found) expect([found.transaction, coins]).toEqual([other, 0]);
      else expect([0, 5]).toContain(coins);
    }
  }, 60_000);
});

const SEEDS = process.env.TOP_UP_SEED ? process.env.TOP_UP_SEED.split(',').map(Number) : [1, 2, 3];

/*
 * Buyers on a chain that is reorganised again and again, whose node is away at times, with functions that die before or after any call, requests that
 * are repeated, and looks that overlap. In the end every payment that the chain has kept has bought coins once. `TOP_UP_SEED=3` plays one world again.
 */
describe('a chain that is reorganised while functions die', () => {
  it.each(SEEDS)(
    'credits what it has kept, once: seed %i',
    async (seed) => {
      const roll = dice(seed);
      const chance = (probability: number) => roll() < probability;
      const lifeOf = frail(chance, 0.08, 60);
      const one = () => world(lifeOf());
      const told = (error: unknown) => {
        const expected = error instanceof Died || error instanceof Unknown || error instanceof ChainUnavailable;
        if (!expected && !(error instanceof Error && ['changed-meanwhile', 'TransactionNamed'].includes(error.name)))
          throw error;
      };
      const buyers = Array.from({ length: 4 }, (_, n) => newCase(n % 2 ? 'native' : 'erc20'));
      const hashes = new Map<Case, string>();
      for (const about of buyers) await buy(calm(), about);
      await evm.automine(false);
      for (let turn = 0; turn < 8; turn++) {
        const before = await evm.snapshot();
        for (const about of buyers) {
          const topUp = await calm().topUps.find(about.creation.id);
          if (!topUp || (hashes.has(about) && (await evm.receiptOf(hashes.get(about) ?? '')) !== null) || chance(0.4))
            continue;
          // Sent again, it is the same transaction unless its sender has sent others meanwhile.
          if (topUp.status !== 'AWAITING_PAYMENT') continue;
          const hash = await evm.send(paymentFor(topUp));
          hashes.set(about, hash);
          await namePayment(about.creation.id, about.userId, hash, one(), now()).catch(told);
        }
        await evm.mine(1);
        const looks = buyers.flatMap((about) => (chance(0.3) ? [about, about] : [about]));
        await Promise.all(looks.map((about) => checkPayment(mine(about), one(), now()).catch(told)));
        // One block, which is less than what counts.
        if (chance(0.4)) await evm.reorganise(before);
        for (const about of looks) await moveTopUp({ ...mine(about), step: 'CREDIT' }, one(), now()).catch(told);
      }
      await evm.automine(true);
      // The chain calms down, and whoever was not paid pays.
      for (const about of buyers) {
        const topUp = await calm().topUps.find(about.creation.id);
        if (!topUp) throw new Error('it is gone');
        if (topUp.status === 'CREDITED') continue;
        const sent = hashes.get(about);
        const there = sent !== undefined && (await evm.receiptOf(sent)) !== null;
        const hash = there ? sent : await evm.send(paymentFor(topUp));
        await checkPayment(mine(about), calm(), now());
        const current = await calm().topUps.find(about.creation.id);
        if (current?.status === 'AWAITING_PAYMENT')
          await namePayment(about.creation.id, about.userId, hash, calm(), now());
      }
      await evm.mine(3);
      for (const about of buyers) {
        await checkPayment(mine(about), calm(), now());
        await moveTopUp({ ...mine(about), step: 'CREDIT' }, calm(), now());
        const topUp = await calm().topUps.find(about.creation.id);
        expect(topUp).toMatchObject({ status: 'CREDITED' });
        expect(topUp?.transaction && (await evm.receiptOf(topUp.transaction))).toMatchObject({ status: '0x1' });
        expect(await walletOf(about)).toEqual({ coins: 5, entries: 1 });
      }
    },
    180_000,
  );
});
