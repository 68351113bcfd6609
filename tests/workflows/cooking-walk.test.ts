import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { walk } from '../../bench/walker.ts';
import { everyState, type Machine, nextOf, shippedMachines } from '../../local/machines.ts';

const machines = shippedMachines();

function named(name: string): Machine {
  const machine = machines.get(`carillon-local-${name}`);
  if (!machine) throw new Error(`There is no machine ${name}`);
  return machine;
}

const input = { orderId: '0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11', run: 2 };
const at = (seconds: number) => `2026-12-01T18:00:${String(seconds).padStart(2, '0')}.000Z`;

class Named extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

const Payload = z.looseObject({ step: z.string().optional() });

/** A kitchen that answers what is said of its steps, and the last of several from then on. */
interface Kitchen {
  readonly TAKE_UP?: unknown;
  readonly BAKE?: unknown;
  readonly SETTLE?: unknown;
  readonly verdicts?: readonly unknown[];
  readonly wait?: unknown;
  readonly received?: boolean;
  readonly filling?: Machine;
}

const preparing = (attempt: number) => ({
  status: 'PREPARING',
  attempt,
  doughReadyAt: at(10),
  washedAt: at(11),
  slicedAt: at(21),
});
const baking = (attempt: number) => ({ status: 'BAKING', attempt, bakedAt: at(40) });
const ready = () => ({ status: 'WAITING_FOR_RECEIPT', until: new Date(Date.now() + 300_000).toISOString() });

/** The ways from one state to another that some walk has taken. */
const taken = new Set<string>();

async function go(kitchen: Kitchen = {}) {
  const calls: [string, unknown][] = [];
  const waits: number[] = [];
  let judged = 0;
  let baked = 0;
  const verdicts = kitchen.verdicts ?? [ready()];
  const answer = (said: unknown) => {
    if (said instanceof Error) throw said;
    return said;
  };
  const walked = await walk(named('cooking'), input, {
    weather: 'calm',
    invoke(arn, payload) {
      const to = arn.replace(/.*:carillon-local-/, '');
      calls.push([to, payload]);
      if (to === 'evaluate-quality') return answer(verdicts[Math.min(judged++, verdicts.length - 1)]);
      if (to === 'await-receipt') return answer(kitchen.wait ?? null);
      const { step } = Payload.parse(payload);
      if (step === 'TAKE_UP') return answer(kitchen.TAKE_UP ?? preparing(1));
      if (step === 'BAKE') return answer(kitchen.BAKE ?? baking(++baked));
      return answer(kitchen.SETTLE ?? { status: 'RECEIVED' });
    },
    answered: async (_, seconds) => {
      waits.push(seconds);
      return kitchen.received ?? true;
    },
    machine: (arn) => kitchen.filling ?? named(arn.replace(/.*:carillon-local-/, '')),
  });
  for (const [n, from] of walked.entered.entries()) taken.add(`${from} --> ${walked.entered[n + 1]}`);
  return { ...walked, end: walked.entered.at(-1), calls, seconds: waits };
}

const attempts = ({ entered }: { entered: string[] }) => entered.filter((name) => name === 'WorkingDough').length;
const said = (status: string) => ({ status });

describe('the machine of an order', () => {
  it('prepares dough and filling at the same time, bakes, judges and hands over', async () => {
    const { entered, calls, waits, seconds, transitions } = await go();
    expect(entered).toEqual([
      'TakeUpOrder',
      'HowItStands',
      'PrepareIngredients',
      'WorkingDough',
      'PreparingFilling',
      'StartBaking',
      'IsItInTheOven',
      'BakingPizza',
      'EvaluateQuality',
      'IsItGood',
      'WaitingForReceipt',
      'SettleOrder',
      'HowItEnded',
      'Received',
    ]);
    expect(calls).toEqual([
      ['move-order', { ...input, step: 'TAKE_UP' }],
      ['move-order', { ...input, step: 'BAKE', attempt: 1 }],
      ['evaluate-quality', { ...input, attempt: 1 }],
      ['await-receipt', { ...input, token: expect.any(String) }],
      ['move-order', { ...input, step: 'SETTLE' }],
    ]);
    // The instants that the order says, the filling's among them.
    expect(waits).toEqual([at(10), at(11), at(21), at(40)]);
    for (const each of seconds) expect(Math.abs(each - 301)).toBeLessThan(10);
    expect(transitions).toBe(16);
  });

  it.each([
    ['RECEIVED', 'Received'],
    ['NOT_RECEIVED', 'NotReceived'],
    ['FAILED', 'Failed'],
    ['CANCELLED', 'Cancelled'],
    ['SUPERSEDED', 'CookingInterrupted'],
    ['WAITING_FOR_RECEIPT', 'CookingInterrupted'],
  ])('woken, or when the wait is over, goes by what was decided: %s', async (status, end) => {
    for (const received of [true, false]) expect((await go({ SETTLE: said(status), received })).end).toBe(end);
  });

  it('makes a bad pizza anew, twice, and no third time, whatever it is told', async () => {
    const second = await go({ verdicts: [preparing(2), ready()] });
    expect([attempts(second), second.end]).toEqual([2, 'Received']);
    expect(second.calls).toContainEqual(['move-order', { ...input, step: 'BAKE', attempt: 2 }]);
    const third = await go({
      verdicts: [preparing(2), preparing(3), said('FAILED')],
      SETTLE: said('FAILED'),
    });
    expect([attempts(third), third.end]).toEqual([3, 'Failed']);
    const endless = await go({ verdicts: [preparing(2)], SETTLE: preparing(2) });
    expect([attempts(endless), endless.end]).toEqual([3, 'CookingInterrupted']);
  });

  it('goes on where an execution before it stood', async () => {
    const names = async (standing: unknown) => (await go({ TAKE_UP: standing })).entered.slice(2, 4);
    expect(await names(preparing(3))).toEqual(['PrepareIngredients', 'WorkingDough']);
    expect(await names(baking(2))).toEqual(['BakingPizza', 'EvaluateQuality']);
    expect(await names({ status: 'EVALUATING', attempt: 2 })).toEqual(['EvaluateQuality', 'IsItGood']);
    expect(await names(ready())).toEqual(['WaitingForReceipt', 'SettleOrder']);
    for (const status of ['RECEIVED', 'NOT_RECEIVED', 'FAILED', 'CANCELLED', 'SUPERSEDED'])
      expect(await names(said(status))).toEqual(['SettleOrder', 'HowItEnded']);
    const { calls } = await go({ TAKE_UP: { status: 'EVALUATING', attempt: 2 } });
    expect(calls[1]).toEqual(['evaluate-quality', { ...input, attempt: 2 }]);
  });

  it('bakes nothing that was cancelled meanwhile', async () => {
    const { entered } = await go({ BAKE: said('CANCELLED'), SETTLE: said('CANCELLED') });
    expect(entered.slice(-4)).toEqual(['IsItInTheOven', 'SettleOrder', 'HowItEnded', 'Cancelled']);
  });

  it('does not wait to be received for what has ended in between', async () => {
    const { end, seconds } = await go({ wait: new Named('ReceiptOver'), SETTLE: said('RECEIVED') });
    expect([end, seconds]).toEqual(['Received', []]);
  });

  it('waits for at least a second, whatever its clock says', async () => {
    const { seconds } = await go({ verdicts: [{ ...ready(), until: '2026-01-01T00:00:00.000Z' }] });
    expect(seconds).toEqual([1]);
  });

  it.each<Kitchen>([
    { TAKE_UP: new Named('TypeError') },
    { BAKE: new Named('TypeError') },
    { SETTLE: new Named('TypeError') },
    { verdicts: [new Named('TypeError')] },
    { wait: new Named('TypeError') },
  ])('is interrupted where a function fails for good: %j', async (broken) => {
    expect((await go(broken)).end).toBe('CookingInterrupted');
  });

  it('tries again what passes by itself, and is interrupted when that does not', async () => {
    const { end, calls } = await go({
      verdicts: [new Named('TransientFailure'), new Named('Lambda.Unknown'), ready()],
    });
    expect(end).toBe('Received');
    expect(calls.filter(([to]) => to === 'evaluate-quality')).toHaveLength(3);
    expect((await go({ wait: new Named('Lambda.Unknown') })).end).toBe('CookingInterrupted');
  });

  it('is interrupted when the filling is not prepared', async () => {
    const filling: Machine = { StartAt: 'Spoilt', States: { Spoilt: { Type: 'Fail', Error: 'Spoilt' } } };
    const { entered } = await go({ filling });
    expect(entered.slice(-3)).toEqual(['PreparingFilling', 'FillingLost', 'CookingInterrupted']);
  });

  it('has no way that these walks did not take', () => {
    const ways = [...everyState(named('cooking'))].flatMap(({ name, state }) =>
      nextOf(state).map((next) => `${name} --> ${next}`),
    );
    // The walks see a Parallel state's ways through what is in it.
    const through: Record<string, string> = {
      'PrepareIngredients --> StartBaking': 'PreparingFilling --> StartBaking',
      'PrepareIngredients --> CookingInterrupted': 'FillingLost --> CookingInterrupted',
    };
    expect(ways.map((way) => through[way] ?? way).filter((way) => !taken.has(way))).toEqual([]);
    expect(ways.length).toBeGreaterThan(25);
  });
});
