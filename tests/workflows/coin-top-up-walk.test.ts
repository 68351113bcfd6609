import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { walk } from '../../bench/walker.ts';
import { everyState, nextOf, shippedMachines } from '../../local/machines.ts';

const machine = shippedMachines().get('carillon-local-coin-top-up');
if (!machine) throw new Error('there is no machine coin-top-up');

const input = { topUpId: '0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11', run: 2 };
const wakeAt = '2026-12-01T18:00:00.000Z';

class Named extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

const said = (status: string) => ({ status });
const unnamed = { status: 'UNNAMED', until: new Date(Date.now() + 300_000).toISOString() };
const awaiting = { status: 'AWAITING_PAYMENT', wakeAt };
const confirming = { status: 'CONFIRMING', wakeAt };

/** What the functions say: of the looks one after the other, and the last one from then on. */
interface Said {
  readonly TAKE_UP?: unknown;
  readonly CREDIT?: unknown;
  readonly SETTLE?: unknown;
  readonly looks?: readonly unknown[];
  readonly wait?: unknown;
  readonly named?: boolean;
}

/** The ways from one state to another that some walk has taken. */
const taken = new Set<string>();
const Payload = z.looseObject({ step: z.string().optional() });

async function go(says: Said = {}) {
  const calls: [string, unknown][] = [];
  let looked = 0;
  const looks = says.looks ?? [confirming, said('CONFIRMED')];
  const answer = (what: unknown) => {
    if (what instanceof Error) throw what;
    return what;
  };
  const walked = await walk(machine ?? { StartAt: '', States: {} }, input, {
    weather: 'calm',
    invoke(arn, payload) {
      const to = arn.replace(/.*:carillon-local-/, '');
      calls.push([to, payload]);
      if (to === 'check-payment') return answer(looks[Math.min(looked++, looks.length - 1)]);
      if (to === 'await-transaction') return answer(says.wait ?? null);
      const { step } = Payload.parse(payload);
      if (step === 'TAKE_UP') return answer(says.TAKE_UP ?? unnamed);
      if (step === 'CREDIT') return answer(says.CREDIT ?? said('CREDITED'));
      return answer(says.SETTLE ?? said('CREDITED'));
    },
    answered: async () => says.named ?? true,
    machine: () => {
      throw new Error('it starts none');
    },
  });
  for (const [n, from] of walked.entered.entries()) taken.add(`${from} --> ${walked.entered[n + 1]}`);
  return { ...walked, end: walked.entered.at(-1), calls };
}

const looksOf = ({ calls }: { calls: [string, unknown][] }) => calls.filter(([to]) => to === 'check-payment').length;

describe('the machine of a top-up', () => {
  it('waits to be told of a transaction, then for its blocks, and credits the coins', async () => {
    const { entered, calls, transitions } = await go();
    expect(entered).toEqual([
      'TakeUpTopUp',
      'HowItStands',
      'WaitForTransaction',
      'CheckTransaction',
      'HowItStands',
      'WaitForConfirmations',
      'CheckTransaction',
      'HowItStands',
      'CreditCoins',
      'SettleTopUp',
      'HowItEnded',
      'TopUpCredited',
    ]);
    expect(calls).toEqual([
      ['move-top-up', { ...input, step: 'TAKE_UP' }],
      ['await-transaction', { ...input, token: expect.any(String) }],
      ['check-payment', input],
      ['check-payment', input],
      ['move-top-up', { ...input, step: 'CREDIT' }],
      ['move-top-up', { ...input, step: 'SETTLE' }],
    ]);
    // Each further look is three more.
    expect(transitions).toBe(12);
  });

  it.each([
    ['CREDITED', 'TopUpCredited'],
    ['REJECTED', 'TopUpRejected'],
    ['EXPIRED', 'TopUpExpired'],
    ['FAILED', 'TopUpFailed'],
    ['SUPERSEDED', 'TopUpSuperseded'],
    ['FORGOTTEN', 'TopUpForgotten'],
    ['CONFIRMED', 'TopUpInterrupted'],
  ])('ends as it was decided: %s', async (status, end) => {
    expect((await go({ looks: [said(status)], SETTLE: said(status) })).end).toBe(end);
    expect((await go({ TAKE_UP: said(status), SETTLE: said(status) })).end).toBe(end);
  });

  it('looks at the chain when nobody has named a transaction in time, and where one was named in between', async () => {
    const expired = { looks: [said('EXPIRED')], SETTLE: said('EXPIRED') };
    expect((await go({ ...expired, named: false })).end).toBe('TopUpExpired');
    expect((await go({ wait: new Named('TransactionNamed') })).end).toBe('TopUpCredited');
    // A clock that is a little behind.
    expect((await go({ ...expired, named: false, looks: [unnamed, said('EXPIRED')] })).end).toBe('TopUpExpired');
  });

  it('goes on waiting after a reorganisation', async () => {
    const { entered, end } = await go({ looks: [confirming, awaiting, confirming, said('CONFIRMED')] });
    expect(entered.filter((name) => name === 'WaitForConfirmations')).toHaveLength(3);
    expect(end).toBe('TopUpCredited');
  });

  it('goes on where an execution before it stood', async () => {
    const names = async (standing: unknown) => (await go({ TAKE_UP: standing })).entered.slice(2, 4);
    expect(await names(awaiting)).toEqual(['WaitForConfirmations', 'CheckTransaction']);
    expect(await names(said('CONFIRMED'))).toEqual(['CreditCoins', 'SettleTopUp']);
    expect(await names(said('REJECTED'))).toEqual(['SettleTopUp', 'HowItEnded']);
  });

  it('waits while nobody tells of the chain, and goes on when somebody does', async () => {
    const down = new Named('ChainUnavailable');
    const { entered, end } = await go({ looks: [down, down, down, confirming, down, said('CONFIRMED')] });
    expect(entered.filter((name) => name === 'WaitForChain')).toHaveLength(4);
    expect(end).toBe('TopUpCredited');
  });

  it('leaves what does not come to an end to the next execution, after 400 looks', async () => {
    const endless = await go({ looks: [awaiting], SETTLE: awaiting });
    expect([looksOf(endless), endless.end]).toEqual([400, 'TopUpInterrupted']);
    const silent = await go({ looks: [new Named('ChainUnavailable')] });
    expect(silent.end).toBe('TopUpInterrupted');
    expect(looksOf(silent)).toBe(400);
    expect(Math.max(endless.events, silent.events)).toBeLessThan(25_000);
  });

  it.each<Said>([
    { TAKE_UP: new Named('TypeError') },
    { CREDIT: new Named('TypeError') },
    { SETTLE: new Named('TypeError') },
    { looks: [new Named('TypeError')] },
    { wait: new Named('TypeError') },
  ])('is interrupted where a function fails for good: %j', async (broken) => {
    expect((await go(broken)).end).toBe('TopUpInterrupted');
  });

  it('has no way that these walks did not take', () => {
    const ways = [...everyState(machine)].flatMap(({ name, state }) =>
      nextOf(state).map((next) => `${name} --> ${next}`),
    );
    expect(ways.filter((way) => !taken.has(way))).toEqual([]);
    expect(ways.length).toBeGreaterThan(20);
  });
});
