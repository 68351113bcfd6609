import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Sighting } from '../../../src/running-game/top-ups/chain.ts';
import { paymentFor } from '../../../src/running-game/top-ups/payment.ts';
import { standingOf } from '../../../src/running-game/top-ups/standing.ts';
import {
  amountFor,
  askForCoins,
  credit,
  expireUnpaid,
  failTopUp,
  hasEnded,
  isOpen,
  judge,
  nameTransaction,
  referenceOf,
  type TopUp,
  takeOver,
} from '../../../src/running-game/top-ups/top-up.ts';

const START = Date.parse('2026-12-01T18:00:00.000Z');
const at = (minutes: number) => new Date(START + minutes * 60_000);
const hash = (digit: string) => `0x${digit.repeat(64)}`;
const [RECIPIENT, TOKEN, OTHER] = [`0x${'a'.repeat(40)}`, `0x${'b'.repeat(40)}`, `0x${'c'.repeat(40)}`];
const PAYMENT = hash('1');

const common = { chain_id: 1, recipient: RECIPIENT, amount: '1000', confirmations_needed: 3 };
const ask = (token?: string): TopUp =>
  askForCoins(
    {
      coins: 10,
      terms: token ? { ...common, asset: 'erc20', token } : { ...common, asset: 'native' },
      expiry: 3600_000,
    },
    { id: 'id', fingerprint: 'f' },
    'ada',
    at(0),
  );
const named = (token?: string) => nameTransaction(ask(token), 'ada', PAYMENT, at(1));

const block = (number: number, minutes = 2, fork = '0') => ({
  number,
  hash: `0x${fork}${String(number).padStart(63, '0')}`,
  at: at(minutes),
});
type Seen = Partial<Omit<Sighting, 'head'>> & { head?: number; late?: number };
function seenOf(topUp: TopUp, { head = 102, late = 2, ...rest }: Seen = {}): Sighting {
  const { to, value, data } = paymentFor(topUp);
  const transfer = {
    address: TOKEN,
    topics: [TRANSFERRED, word(OTHER), word(RECIPIENT)],
    data: word('0x3e8'),
    index: 7,
  };
  return {
    head: block(head, late),
    transaction: { to, value: BigInt(value), data },
    inclusion: { block: block(100), reverted: false, logs: topUp.token ? [transfer] : [] },
    ...rest,
  };
}
const TRANSFERRED = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const word = (hex: string) => `0x${hex.slice(2).padStart(64, '0')}`;
const judged = (topUp: TopUp, seen?: Seen) => judge(topUp, PAYMENT, seenOf(topUp, seen), at(3));

describe('an offer', () => {
  it('takes no less than the coins cost, and less than one unit more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: 0, max: 36 }),
        (coins, rate, decimals) => {
          const [paid, whole] = [BigInt(amountFor(coins, rate, decimals)), 10n ** BigInt(decimals)];
          return paid * BigInt(rate) >= BigInt(coins) * whole && (paid - 1n) * BigInt(rate) < BigInt(coins) * whole;
        },
      ),
    );
    expect(amountFor(5, 1000, 18)).toBe('5000000000000000');
  });

  it('has a reference of its own', () => {
    expect(referenceOf('a')).not.toBe(referenceOf('b'));
    expect(referenceOf('a')).toMatch(/^0x[0-9a-f]{64}$/);
  });

  it('tells the transaction that pays it', () => {
    const topUp = ask(TOKEN);
    expect(paymentFor(topUp)).toEqual({
      to: TOKEN,
      value: '0',
      data: `0xa9059cbb${[RECIPIENT, '0x3e8', topUp.reference].map((each) => word(each).slice(2)).join('')}`,
    });
    expect(paymentFor(ask())).toEqual({ to: RECIPIENT, value: '1000', data: ask().reference });
  });
});

describe('a payment', () => {
  it.each([undefined, TOKEN])('counts when it is deep enough: %s', (token) => {
    const first = judged(named(token), { head: 100 });
    expect(first).toMatchObject({ status: 'CONFIRMING', block_number: 100, confirmations: 1 });
    expect(judged(first, { head: 101 })).toMatchObject({ status: 'CONFIRMING', confirmations: 2 });
    expect(judged(first)).toMatchObject({ status: 'CONFIRMED', confirmations: 3, place: token ? '7' : 'native' });
    // The same again is no change, and a node that is behind takes nothing back.
    expect(judged(first, { head: 100 })).toBe(first);
    expect(judged(first, { head: 98 })).toMatchObject({ status: 'CONFIRMING', confirmations: 0 });
  });

  const { to, value, data } = paymentFor(ask(TOKEN));
  const erc20 = (change: object) => ({ transaction: { to, value: BigInt(value), data, ...change } });
  const plain = paymentFor(ask());
  const native = (change: object) => ({
    transaction: { to: plain.to, value: BigInt(plain.value), data: plain.data, ...change },
  });
  it.each([
    ['another token', TOKEN, erc20({ to: OTHER }), 'WRONG_TOKEN'],
    [
      'the chain’s coin in place of the token',
      TOKEN,
      erc20({ to: RECIPIENT, value: 1000n, data: '0x' }),
      'WRONG_TOKEN',
    ],
    ['another function of the token', TOKEN, erc20({ data: data.replace('a9059cbb', '095ea7b3') }), 'WRONG_TOKEN'],
    ['another contract that passes it on', TOKEN, erc20({ to: OTHER, data: `${data}00` }), 'WRONG_TOKEN'],
    [
      'another recipient of the token',
      TOKEN,
      erc20({ data: data.replace('a'.repeat(40), 'c'.repeat(40)) }),
      'WRONG_RECIPIENT',
    ],
    ['more of the token', TOKEN, erc20({ data: data.replace('3e8', '3e9') }), 'WRONG_AMOUNT'],
    ['no reference', TOKEN, erc20({ data: data.slice(0, 2 + 2 * 68) }), 'WRONG_REFERENCE'],
    ['another reference', TOKEN, erc20({ data: `${data.slice(0, -2)}00` }), 'WRONG_REFERENCE'],
    ['more than the reference', TOKEN, erc20({ data: `${data}00` }), 'WRONG_REFERENCE'],
    ['a token in place of the chain’s coin', undefined, native({ to: TOKEN, value: 0n, data }), 'WRONG_TOKEN'],
    ['another recipient', undefined, native({ to: OTHER }), 'WRONG_RECIPIENT'],
    ['a new contract', undefined, native({ to: undefined }), 'WRONG_RECIPIENT'],
    ['less', undefined, native({ value: 999n }), 'WRONG_AMOUNT'],
    ['more', undefined, native({ value: 1001n }), 'WRONG_AMOUNT'],
    ['nothing said', undefined, native({ data: '0x' }), 'WRONG_REFERENCE'],
  ])('is not one, and that is said at once: %s', (_, token, seen, reason) => {
    for (const inclusion of [undefined, seenOf(ask(token)).inclusion])
      expect(judged(named(token), { ...seen, inclusion })).toMatchObject({ status: 'REJECTED', reason, told: false });
  });

  const included = seenOf(ask(TOKEN)).inclusion;
  const log = included?.logs[0];
  it.each([
    ['is reverted', { reverted: true }, 'REVERTED'],
    ['moves nothing', { logs: [] }, 'REVERTED'],
    ['is told of by another contract', { logs: [{ ...log, address: OTHER }] }, 'REVERTED'],
    ['goes to somebody else', { logs: [{ ...log, topics: [TRANSFERRED, word(OTHER), word(OTHER)] }] }, 'REVERTED'],
    ['arrives in part', { logs: [{ ...log, data: word('0x3e7') }] }, 'WRONG_AMOUNT'],
    ['comes too late', { block: block(100, 76) }, 'TOO_LATE'],
  ])('is none when it is deep enough and %s', (_, change, reason) => {
    const inclusion = { ...included, ...change };
    const see = (head: number) =>
      judge(named(TOKEN), PAYMENT, Object.assign(seenOf(named(TOKEN), { head }), { inclusion }), at(3));
    expect(see(101)).toMatchObject({ status: 'CONFIRMING' });
    expect(see(102)).toMatchObject({ status: 'REJECTED', reason });
  });

  it('may come somewhat after the offer has expired', () => {
    const inclusion = { block: block(100, 74), reverted: false, logs: [] };
    expect(judged(named(), { inclusion, late: 80 })).toMatchObject({ status: 'CONFIRMED' });
  });

  it('is waited for again when its block leaves the chain, and in whichever block it comes back', () => {
    const first = judged(named(), { head: 100 });
    const gone = judged(first, { inclusion: undefined });
    expect(gone).toMatchObject({ status: 'AWAITING_PAYMENT', transaction: PAYMENT, reorganisations: 1 });
    const back = judged(gone, { inclusion: { block: block(103, 3, 'f'), reverted: false, logs: [] }, head: 103 });
    expect(back).toMatchObject({ status: 'CONFIRMING', block_number: 103, confirmations: 1 });
    // Between two looks.
    const moved = judged(first, { inclusion: { block: block(100, 3, 'f'), reverted: false, logs: [] }, head: 101 });
    expect(moved).toMatchObject({ status: 'CONFIRMING', reorganisations: 1, block_hash: block(100, 3, 'f').hash });
  });

  it('that was in a block has not expired because one look misses it, however late', () => {
    const missed = { transaction: undefined, inclusion: undefined, late: 90 };
    const gone = judged(judged(named(), { head: 100 }), missed);
    expect(gone).toMatchObject({ status: 'AWAITING_PAYMENT', transaction: PAYMENT, reorganisations: 1 });
    // Where it is back, its block's own time counts, as ever.
    expect(judged(gone, { late: 91 })).toMatchObject({ status: 'CONFIRMED' });
    const later = { inclusion: { block: block(100, 76, 'f'), reverted: false, logs: [] }, late: 91 };
    expect(judged(gone, later)).toMatchObject({ status: 'REJECTED', reason: 'TOO_LATE' });
    expect(judged(gone, missed)).toMatchObject({ status: 'EXPIRED' });
  });

  it('that never comes expires by the chain’s own clock', () => {
    const unseen = { transaction: undefined, inclusion: undefined };
    const topUp = named();
    expect(judged(topUp, { ...unseen, late: 74 })).toBe(topUp);
    expect(judged(topUp, { ...unseen, late: 76 })).toMatchObject({ status: 'EXPIRED' });
    // Nobody has named one.
    expect(expireUnpaid(ask(), at(59))).toMatchObject({ status: 'AWAITING_PAYMENT' });
    expect(expireUnpaid(ask(), at(60))).toMatchObject({ status: 'EXPIRED' });
    expect(expireUnpaid(topUp, at(60))).toBe(topUp);
  });

  it('that is not the one named any more decides nothing', () => {
    const renamed = nameTransaction(named(), 'ada', hash('2'), at(2));
    expect(judged(renamed)).toBe(renamed);
  });
});

describe('naming a transaction', () => {
  const confirmed = judged(named());
  if (confirmed.status !== 'CONFIRMED') throw new Error('not confirmed');
  const credited = credit(confirmed, at(4));

  it('is for whoever has asked for the coins', () => {
    expect(() => nameTransaction(ask(), 'eve', PAYMENT, at(1))).toThrow('top-up');
  });

  it('is no change when it is the same, and takes up anew what was rejected or has expired', () => {
    const topUp = named();
    expect(nameTransaction(topUp, 'ada', PAYMENT, at(2))).toBe(topUp);
    const rejected = judged(topUp, { transaction: { to: OTHER, value: 1n, data: '0x' } });
    for (const ended of [rejected, expireUnpaid(ask(), at(60))]) {
      const again = nameTransaction(ended, 'ada', hash('2'), at(90));
      expect(again).toMatchObject({ status: 'AWAITING_PAYMENT', transaction: hash('2'), run: 2 });
      expect(again).not.toHaveProperty('reason');
      expect([hasEnded(again), isOpen(again)]).toEqual([false, true]);
    }
    expect(nameTransaction(credited, 'ada', PAYMENT, at(5))).toBe(credited);
  });

  it('is no change when it is the same, which is signed wrong; any other end may have been for a time', () => {
    const data = { transaction: { to: OTHER, value: 1n, data: '0x' } };
    const native = { transaction: { to: RECIPIENT, value: 999n, data: '0x' } };
    for (const rejected of [judged(named(), data), judged(named(TOKEN), data), judged(named(), native)])
      expect(nameTransaction(rejected, 'ada', PAYMENT, at(2))).toBe(rejected);

    const inclusion = { block: block(100), reverted: false, logs: [] };
    const kept = { address: TOKEN, topics: [TRANSFERRED, word(OTHER), word(RECIPIENT)], data: word('0x3e7'), index: 7 };
    const ends = [
      judged(named(), { inclusion: { ...inclusion, reverted: true } }),
      judged(named(), { inclusion: { ...inclusion, block: block(100, 76) } }),
      judged(named(TOKEN), { inclusion: { ...inclusion, logs: [kept] } }),
      judged(named(), { transaction: undefined, inclusion: undefined, late: 76 }),
      failTopUp(named(), at(2)),
    ];
    expect(ends.map((end) => ('reason' in end ? end.reason : end.status))).toEqual([
      'REVERTED',
      'TOO_LATE',
      'WRONG_AMOUNT',
      'EXPIRED',
      'FAILED',
    ]);
    for (const end of ends)
      expect(nameTransaction(end, 'ada', PAYMENT, at(90))).toMatchObject({ status: 'AWAITING_PAYMENT', run: 2 });
  });

  it('is refused where another one is confirmed or has paid, after 30 days, and after twenty', () => {
    const settled = [credited, judged(named()), judged(named(), { head: 100 })];
    for (const each of settled) expect(() => nameTransaction(each, 'ada', hash('2'), at(5))).toThrow('settled');
    expect(() => nameTransaction(ask(), 'ada', PAYMENT, at(30 * 24 * 60))).toThrow('settled');
    let topUp = ask();
    for (let n = 0; n < 20; n++) topUp = nameTransaction(topUp, 'ada', hash(n % 2 ? '1' : '2'), at(1));
    expect(() => nameTransaction(topUp, 'ada', hash('3'), at(1))).toThrow('settled');
  });

  it('is of the execution that has it: a later one takes it over, an earlier one never', () => {
    expect(takeOver(named(), 2, at(2))).toMatchObject({ run: 2 });
    const second = takeOver(named(), 2, at(2));
    expect(takeOver(second, 2, at(3))).toBe(second);
    expect(standingOf(second, 1, { poll: 1000 }, at(3))).toEqual({ status: 'SUPERSEDED' });
  });
});

describe('the next look', () => {
  const wait = (topUp: TopUp, head: number, minutes: number, late = minutes) => {
    const { wakeAt = '' } = standingOf(topUp, 1, { poll: 15_000, head: block(head, late) }, at(minutes));
    return (Date.parse(wakeAt) - at(minutes).getTime()) / 1000;
  };

  it('is soon at first, and later the longer it was looked for, five minutes at most', () => {
    expect([1, 2, 3, 9, 17, 70].map((minutes) => wait(named(), 100, minutes))).toEqual([15, 15, 15, 60, 120, 300]);
    // In an hour and a quarter that are not more than these.
    let [looks, now] = [0, 1];
    for (; now < 76; looks++) now += wait(named(), 100, now) / 60;
    expect(looks).toBeLessThan(45);
  });

  it('is when the blocks that are missing should be there', () => {
    const topUp = judged({ ...named(), confirmations_needed: 12 }, { head: 103 });
    // Three blocks in a minute so far, eight to come.
    expect(wait(topUp, 103, 3)).toBe(160);
  });
});
