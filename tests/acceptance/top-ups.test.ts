import { randomBytes } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { notifier } from '../../src/notifications/notifier.ts';
import { paymentFor } from '../../src/running-game/top-ups/payment.ts';
import { topUpExecution } from '../../src/running-game/top-ups/start-top-up.ts';
import { sweepTopUps } from '../../src/running-game/top-ups/sweep.ts';
import { tellUser } from '../../src/running-game/top-ups/tell-user.ts';
import { failTopUp, nameTransaction, type TopUp, takeOver } from '../../src/running-game/top-ups/top-up.ts';
import { TopUpView } from '../../src/running-game/top-ups/view.ts';
import type { OpenEntry } from '../../src/shared/dynamodb/open-index.ts';
import { MOST_RUNS } from '../../src/shared/workflow/executions.ts';
import { configure } from '../support/accounts.ts';
import { call, POOR, SOMEBODY, startChain, type TestChain } from '../support/chain.ts';
import { wallets } from '../support/game.ts';
import { stopExecution } from '../support/machines.ts';
import { listOf } from '../support/notifications.ts';
import { aws, tableName, tables } from '../support/tables.ts';
import { CHAIN_ID, PAID_TO, TOKEN_TAKEN } from '../support/test-settings.ts';
import { asked, askedAhead, coinTopUp, comesTo, isIn, startExecution, terminalOf, topUps } from '../support/top-ups.ts';
import { until } from '../support/until.ts';
import { prefix } from '../support/where.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

const path = '/api/v1/game/coins/top-ups';
const port = z.coerce.number().int().parse(process.env.CARILLON_TEST_CHAIN_PORT);
const MINUTE = 60_000;

let evm: TestChain;
let ada: Person;
beforeAll(async () => {
  evm = await startChain(port);
  ada = await newPerson('ada');
}, 60_000);
afterAll(() => evm.stop());

type View = z.output<typeof TopUpView>;
const buy = async (asset: string, coins = 5, person = ada): Promise<View> =>
  TopUpView.parse(expectStatus(201, await person.ask('POST', path, { body: { coins, asset } })).body);
const name = (id: string, hash: string, person = ada) =>
  person.ask('POST', `${path}/${id}/transaction`, { body: { hash } });
const see = async (id: string): Promise<View> =>
  TopUpView.parse(expectStatus(200, await ada.ask('GET', `${path}/${id}`)).body);
const coinsOf = async (person: Person) => (await wallets.balanceOf(person.id)).coins;

/** What somebody has in the wallet by a top-up, as its ledger says it. */
const boughtBy = async (person: Person, id: string) => {
  const { items } = await wallets.entries(person.id, 'coins', { limit: 100, after: undefined });
  return items.filter(({ reference }) => reference === id).map(({ key, amount, reason }) => ({ key, amount, reason }));
};

const Told = z.object({ status: z.string(), reason: z.string().optional() });
const toldOf = (person: Person, id: string) =>
  until('what the buyer is told', async () => {
    const { list } = await listOf(person, `user_id=${person.id}&limit=100`);
    const told = list.filter(({ target_id }) => target_id === id).map(({ data }) => Told.parse(data));
    return told.length > 0 ? told : undefined;
  });

const stored = notifier(notificationStore(tables(), tableName('notifications')), { start: async () => true });

const lambda = new LambdaClient(aws);
async function invoke(to: string, payload: object): Promise<unknown> {
  const command = new InvokeCommand({ FunctionName: `${prefix}-${to}`, Payload: JSON.stringify(payload) });
  const { FunctionError, Payload } = await lambda.send(command);
  expect(FunctionError).toBeUndefined();
  return JSON.parse(Payload?.transformToString() ?? 'null');
}

/** The sweep's own code, a minute from now, for one top-up, also as it was listed. */
const sweep = (id: string, listed?: OpenEntry) =>
  sweepTopUps({
    topUps: {
      change: topUps.change,
      async *open(shard, before) {
        if (listed && shard === 0) yield listed;
        for await (const each of topUps.open(shard, before)) if (each.id === id) yield each;
      },
    },
    notifier: { notify: () => Promise.reject(new Error('nothing is given up here')) },
    executions: coinTopUp,
    now: () => new Date(Date.now() + MINUTE),
    report: () => undefined,
  });

describe('coins that are paid for on a chain', () => {
  it.each([
    ['native', 'native'],
    ['erc20', '0'],
  ])('are in the wallet when the payment is deep enough, once: %s', async (asset, place) => {
    const [had, before] = [await coinsOf(ada), await evm.paid()];
    const offer = await buy(asset);
    expect(offer).toMatchObject({
      status: 'AWAITING_PAYMENT',
      chain_id: CHAIN_ID,
      recipient: PAID_TO,
      transaction: null,
    });
    const hash = await evm.send(offer);
    expectStatus(200, await name(offer.id, hash));
    expect(await comesTo(offer.id, 'CONFIRMING')).toMatchObject({ confirmations: 1 });
    expect(await coinsOf(ada)).toBe(had);
    await evm.mine(2);
    await comesTo(offer.id, 'CREDITED');
    expect(await terminalOf(offer.id)).toBe('TopUpCredited');
    expect(await see(offer.id)).toMatchObject({ status: 'CREDITED', transaction: hash, confirmations: 3 });
    expect(await coinsOf(ada)).toBe(had + 5);
    const key = `topup-${CHAIN_ID}-${hash}-${place}`;
    expect(await boughtBy(ada, offer.id)).toEqual([{ key, amount: 5, reason: 'TOP_UP' }]);
    const after = await evm.paid();
    const arrived = asset === 'native' ? after.native - before.native : after.token - before.token;
    expect(arrived).toBe(BigInt(offer.amount));
    expect(await toldOf(ada, offer.id)).toEqual([{ status: 'CREDITED' }]);
    expectStatus(200, await name(offer.id, hash));
    expectStatus(409, await name(offer.id, `0x${'9'.repeat(64)}`));
    expect(await invoke('move-top-up', { topUpId: offer.id, run: 1, step: 'CREDIT' })).toEqual({ status: 'CREDITED' });
    expect(await invoke('move-top-up', { topUpId: offer.id, run: 1, step: 'SETTLE' })).toEqual({ status: 'CREDITED' });
    expect(await coinsOf(ada)).toBe(had + 5);
    expect(await toldOf(ada, offer.id)).toHaveLength(1);
  });

  it('cost what the operator says', async () => {
    expect(await buy('native', 3)).toMatchObject({
      amount: '3000000000000000',
      value: '3000000000000000',
      to: PAID_TO,
    });
    expect(await buy('erc20', 3)).toMatchObject({ amount: '300000', value: '0', to: TOKEN_TAKEN, token: TOKEN_TAKEN });
  });

  it('are listed, the newest first, and are the same for the same request', async () => {
    const person = await newPerson('lister');
    const [body, headers] = [{ coins: 7, asset: 'native' }, { 'idempotency-key': 'one' }];
    const first = expectStatus(201, await person.ask('POST', path, { body, headers }));
    expect(first.headers.get('location')).toBe(`${path}/${z.string().parse(first.body.id)}`);
    expect(expectStatus(201, await person.ask('POST', path, { body, headers })).body).toEqual(first.body);
    expectStatus(422, await person.ask('POST', path, { body: { ...body, coins: 8 }, headers }));
    const second = await buy('erc20', 8, person);
    const ids = async (query: string) =>
      z
        .object({ items: z.array(TopUpView), cursor: z.string().optional() })
        .parse(expectStatus(200, await person.ask('GET', `${path}?${query}`)).body);
    const page = await ids('limit=1');
    expect(page.items.map(({ id }) => id)).toEqual([second.id]);
    const rest = await ids(`limit=1&cursor=${page.cursor}`);
    expect(rest.items.map(({ id }) => id)).toEqual([first.body.id]);
  });
});

describe('a transaction that is not the payment', () => {
  const reject = async (offer: View, hash: string, reason: string) => {
    expectStatus(200, await name(offer.id, hash));
    await evm.mine(2);
    expect(await comesTo(offer.id, 'REJECTED')).toMatchObject({ reason });
    expect(await terminalOf(offer.id)).toBe('TopUpRejected');
    expect(await boughtBy(ada, offer.id)).toEqual([]);
  };

  it('is in another token', async () => {
    const offer = await buy('erc20');
    const hash = await evm.send({ ...offer, to: evm.otherToken });
    await reject(offer, hash, 'WRONG_TOKEN');
    expect(await toldOf(ada, offer.id)).toEqual([{ status: 'REJECTED', reason: 'WRONG_TOKEN' }]);
    // As a client does whose answer was lost.
    const again = expectStatus(200, await name(offer.id, hash));
    expect(again.body).toMatchObject({ status: 'REJECTED', reason: 'WRONG_TOKEN' });
  });

  it('is of another amount, either way', async () => {
    const offer = await buy('native');
    await reject(offer, await evm.send({ ...offer, value: String(BigInt(offer.value) + 1n) }), 'WRONG_AMOUNT');
    const second = await buy('erc20');
    const less = call('transfer(address,uint256)', PAID_TO, BigInt(second.amount) - 1n) + second.reference.slice(2);
    await reject(second, await evm.send({ to: TOKEN_TAKEN, data: less }), 'WRONG_AMOUNT');
  });

  it('goes to somebody else', async () => {
    const offer = await buy('native');
    await reject(offer, await evm.send({ ...offer, to: SOMEBODY }), 'WRONG_RECIPIENT');
    const second = await buy('erc20');
    const elsewhere = call('transfer(address,uint256)', SOMEBODY, BigInt(second.amount)) + second.reference.slice(2);
    await reject(second, await evm.send({ to: TOKEN_TAKEN, data: elsewhere }), 'WRONG_RECIPIENT');
  });

  it('is another buyer’s, who loses nothing by it', async () => {
    const [mine, theirs] = [await buy('native'), await buy('native', 5, await newPerson('other'))];
    await reject(mine, await evm.send(theirs), 'WRONG_REFERENCE');
  });

  it('is not carried out by the chain, or by the token', async () => {
    const offer = await buy('erc20');
    await evm.automine(false);
    const poor = await evm.send(offer, POOR, 100_000);
    await evm.mine(1);
    await evm.automine(true);
    await reject(offer, poor, 'REVERTED');
    for (const [fee, sleepy, reason] of [
      [0, true, 'REVERTED'],
      [10, false, 'WRONG_AMOUNT'],
    ] as const) {
      await evm.changeToken(fee, sleepy);
      const each = await buy('erc20');
      await reject(each, await evm.send(each), reason);
    }
    await evm.changeToken(0, false);
  });

  it('is followed by the one that is, and nothing is lost by it', async () => {
    const offer = await buy('native');
    await reject(offer, await evm.send({ ...offer, data: '0x' }), 'WRONG_REFERENCE');
    const hash = await evm.send(offer);
    expect(expectStatus(200, await name(offer.id, hash)).body).toMatchObject({ status: 'AWAITING_PAYMENT' });
    await evm.mine(2);
    await comesTo(offer.id, 'CREDITED');
    expect(await terminalOf(offer.id, 2)).toBe('TopUpCredited');
    expect(await boughtBy(ada, offer.id)).toHaveLength(1);
  });
});

describe('a chain as it is', () => {
  it('is reorganised: the payment is waited for again, and counts in the block that it comes back in', async () => {
    const offer = await buy('erc20');
    const before = await evm.snapshot();
    const hash = await evm.send(offer);
    expectStatus(200, await name(offer.id, hash));
    const first = await comesTo(offer.id, 'CONFIRMING');
    await evm.reorganise(before);
    await evm.mine(5);
    expect(await comesTo(offer.id, 'AWAITING_PAYMENT')).toMatchObject({ reorganisations: 1, transaction: hash });
    expect(await boughtBy(ada, offer.id)).toEqual([]);
    expect(await evm.send(offer)).toBe(hash);
    await evm.mine(2);
    const credited = await comesTo(offer.id, 'CREDITED');
    expect(credited).not.toMatchObject({ block_hash: 'block_hash' in first ? first.block_hash : undefined });
    expect(await boughtBy(ada, offer.id)).toHaveLength(1);
  });

  it('is reorganised when the time is over: what was paid in time is credited when it is back', async () => {
    const before = await evm.snapshot();
    const offer = await topUps.create(asked(ada.id, 0));
    const hash = await evm.send(paymentFor(offer));
    // Named two minutes ago, so that a quarter of a minute is between two looks that do not find it.
    const named = new Date(Date.now() - 2 * MINUTE);
    await topUps.change(offer.id, (topUp) => nameTransaction(topUp, ada.id, hash, named));
    await startExecution(offer.id);
    await comesTo(offer.id, 'CONFIRMING');
    await evm.reorganise(before);
    const without = await evm.snapshot();
    await evm.pass(120 * MINUTE);
    expect(await comesTo(offer.id, 'AWAITING_PAYMENT')).toMatchObject({ reorganisations: 1 });
    await evm.reorganise(without);
    const again = await evm.snapshot();
    expect(await evm.send(paymentFor(offer))).toBe(hash);
    await evm.pass(120 * MINUTE);
    await evm.mine(1);
    await comesTo(offer.id, 'CREDITED');
    expect(await boughtBy(ada, offer.id)).toHaveLength(1);
    // The chain's clock as it was.
    await evm.reorganise(again);
  });

  it('never sees the transaction that was named', async () => {
    const { id } = await topUps.create(asked(ada.id, 80 * MINUTE, MINUTE));
    expectStatus(200, await name(id, `0x${randomBytes(32).toString('hex')}`));
    await startExecution(id);
    await evm.mine(1);
    expect(await terminalOf(id)).toBe('TopUpExpired');
    expect(await toldOf(ada, id)).toEqual([{ status: 'EXPIRED' }]);
  });

  it('is not asked while nobody names one, and that ends with the offer; what is named later is taken up anew', async () => {
    const { id } = await topUps.create(asked(ada.id, 0, 3000));
    await startExecution(id);
    await isIn(id, 'WaitForTransaction');
    expect(await terminalOf(id)).toBe('TopUpExpired');
    const hash = await evm.send(await see(id));
    expectStatus(200, await name(id, hash));
    await evm.mine(2);
    await comesTo(id, 'CREDITED');
    expect(await boughtBy(ada, id)).toHaveLength(1);
  });

  it('is told of by nobody for a while', async () => {
    const undo = await configure('check-payment', { TOP_UP_RPC_URL: 'http://127.0.0.1:9' });
    const offer = await buy('native');
    const hash = await evm.send(offer);
    await evm.mine(2);
    expectStatus(200, await name(offer.id, hash));
    await isIn(offer.id, 'WaitForChain');
    await undo();
    await comesTo(offer.id, 'CREDITED');
  });
});

describe('the execution of a top-up', () => {
  it('is followed by the next one where it is stopped', async () => {
    const offer = await buy('native');
    await isIn(offer.id, 'WaitForTransaction');
    await stopExecution('coin-top-up', topUpExecution(offer.id, 1).name);
    expectStatus(200, await name(offer.id, await evm.send(offer)));
    expect(await sweep(offer.id)).toMatchObject({ restarted: 1 });
    await evm.mine(2);
    await comesTo(offer.id, 'CREDITED');
    expect(await terminalOf(offer.id, 2)).toBe('TopUpCredited');
    expect(await boughtBy(ada, offer.id)).toHaveLength(1);
    expect(await sweep(offer.id)).toMatchObject({ restarted: 0 });
  });

  it('is started by the sweep where its start was lost, and given up when all are used up', async () => {
    const { id } = await topUps.create(asked(ada.id, 2 * MINUTE));
    const used = await topUps.create(asked(ada.id, 2 * MINUTE));
    await coinTopUp.start(topUpExecution(used.id, MOST_RUNS).name, { topUpId: 'none', run: MOST_RUNS });
    await terminalOf(used.id, MOST_RUNS);
    const hash = `0x${randomBytes(32).toString('hex')}`;
    await topUps.change(used.id, (topUp) => nameTransaction(topUp, ada.id, hash, new Date(Date.now() - 2 * MINUTE)));
    const last = await topUps.change(used.id, (topUp) => takeOver(topUp, MOST_RUNS, new Date(Date.now() - 2 * MINUTE)));
    // A pass that has died had told the buyer already.
    if (last) await tellUser(failTopUp(last, new Date()), stored, new Date());
    await invoke('sweep-top-ups', {});
    await isIn(id, 'WaitForTransaction');
    await comesTo(used.id, 'FAILED');
    expect(await toldOf(ada, used.id)).toEqual([{ status: 'FAILED' }]);
    // Its transaction may still be named again.
    const view = await see(used.id);
    expectStatus(200, await name(used.id, await evm.send(view)));
    await evm.mine(2);
    await comesTo(used.id, 'CREDITED');
    // So that nothing waits when this is over.
    await topUps.forgetUser(ada.id);
  });

  it('is not given up where another transaction was named since the sweep has listed it', async () => {
    const id = await askedAhead(ada.id);
    await coinTopUp.start(topUpExecution(id, MOST_RUNS).name, { topUpId: 'none', run: MOST_RUNS });
    await terminalOf(id, MOST_RUNS);
    const listed = await topUps.change(id, (topUp) => takeOver(topUp, MOST_RUNS, new Date(topUp.due)));
    await topUps.change(id, (topUp) => failTopUp(topUp, new Date()));
    const hash = `0x${randomBytes(32).toString('hex')}`;
    const named = await topUps.change(id, (topUp) => nameTransaction(topUp, ada.id, hash, new Date(topUp.due)));
    expect(await sweep(id, listed)).toMatchObject({ failed: 0 });
    expect(await topUps.find(id)).toEqual(named);
    expect(named).toMatchObject({ status: 'AWAITING_PAYMENT', run: MOST_RUNS + 1 });
  });

  it('gives nothing to somebody who has left', async () => {
    const person = await newPerson('leaving');
    const [waiting, paid] = [await buy('native', 5, person), asked(person.id, 0)];
    await isIn(waiting.id, 'WaitForTransaction');
    const confirmed: TopUp = {
      ...paid,
      status: 'CONFIRMED',
      transaction: `0x${randomBytes(32).toString('hex')}`,
      block_number: 1,
      block_hash: `0x${randomBytes(32).toString('hex')}`,
      block_at: new Date().toISOString(),
      confirmations: 3,
      place: 'native',
    };
    await topUps.create(confirmed);
    await wallets.close(person.id, new Date());
    await startExecution(paid.id);
    expect(await terminalOf(paid.id)).toBe('TopUpForgotten');
    expectStatus(204, await person.ask('DELETE', `/api/v1/users/${person.id}`));
    for (const { id } of [waiting, paid]) expect(await topUps.find(id)).toBeUndefined();
    expect(await wallets.balanceOf(person.id)).toMatchObject({ coins: 0 });
  });
});

describe('what is not sold', () => {
  it('is refused: an asset that is not taken, and everything where coins are not sold at all', async () => {
    const undo = await configure('game-top-ups-api', { TOP_UP_NATIVE_COINS: '' });
    const answer = await ada.ask('POST', path, { body: { coins: 5, asset: 'native' } });
    expect(answer.body).toMatchObject({ status: 400, errors: [{ field: 'asset' }] });
    await undo();
    const again = await configure('game-top-ups-api', { TOP_UP_RECIPIENT: '' });
    const off = await ada.ask('POST', path, { body: { coins: 5, asset: 'native' } });
    expect(off.body).toMatchObject({ status: 503, type: 'urn:carillon:problem:top-ups-off' });
    await again();
  });
});
