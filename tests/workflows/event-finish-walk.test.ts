import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { walk } from '../../bench/walker.ts';
import { everyState, nextOf, shippedMachines } from '../../local/machines.ts';

const found = shippedMachines().get('carillon-local-event-finish');
if (!found) throw new Error('There is no machine event-finish');
const machine = found;

const input = { eventId: '0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11', run: 2 };
const uploadsUntil = '2026-12-01T21:15:00.000Z';

class Named extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

const Step = z.looseObject({ step: z.string().optional() });

/** What each function answers, one call after the other, and the last of several from then on; `finish-event` by its step. */
type Answers = Readonly<Record<string, readonly unknown[]>>;

const ALL_AT_ONCE: Answers = {
  TAKE_UP: [{ status: 'FREEZING', uploadsUntil }],
  'close-game-runs': [{ next: null }],
  'compute-standings': [null],
  'pay-prizes': [null],
  'expire-game-tickets': [{ next: null }],
  'tell-results': [{ next: null }],
  'refund-game-tickets': [{ next: null }],
  SETTLE: [{ status: 'ARCHIVED' }],
};
const takenUp = (status: string): Answers => ({ TAKE_UP: [{ status, uploadsUntil }] });
const CANCELLED: Answers = { ...takenUp('CANCELLED'), SETTLE: [{ status: 'CANCELLED' }] };
const broken = [new Named('TypeError')];

/** The ways from one state to another that some walk has taken. */
const taken = new Set<string>();

async function go(different: Answers = {}) {
  const answers = { ...ALL_AT_ONCE, ...different };
  const calls: [string, unknown][] = [];
  const counts: Record<string, number> = {};
  const walked = await walk(machine, input, {
    weather: 'calm',
    invoke(arn, payload) {
      const name = arn.replace(/.*:carillon-local-/, '');
      const to = Step.parse(payload).step ?? name;
      calls.push([to, payload]);
      const said = answers[to] ?? [];
      const count = counts[to] ?? 0;
      counts[to] = count + 1;
      const answer = said[Math.min(count, said.length - 1)];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    machine: () => {
      throw new Error('it starts no other');
    },
  });
  for (const [n, from] of walked.entered.entries()) taken.add(`${from} --> ${walked.entered[n + 1]}`);
  return { ...walked, end: walked.entered.at(-1), calls };
}

describe('the machine of an event’s finish', () => {
  it('freezes, waits for late uploads, expires tickets, closes runs, ranks, pays, tells and archives', async () => {
    const { entered, calls, waits, transitions } = await go();
    expect(entered).toEqual([
      'TakeUpEvent',
      'HowItStands',
      'WaitForLateUploads',
      'ExpireTickets',
      'AreAllTicketsExpired',
      'CloseRuns',
      'AreAllRunsClosed',
      'ComputeStandings',
      'PayPrizes',
      'TellResults',
      'AreAllRunnersTold',
      'SettleEvent',
      'HowItEnded',
      'EventArchived',
    ]);
    expect(calls).toEqual([
      ['TAKE_UP', { ...input, step: 'TAKE_UP' }],
      ['expire-game-tickets', { ...input, after: null }],
      ['close-game-runs', { ...input, after: null }],
      ['compute-standings', input],
      ['pay-prizes', input],
      ['tell-results', { ...input, after: null }],
      ['SETTLE', { ...input, step: 'SETTLE' }],
    ]);
    expect(waits).toEqual([uploadsUntil]);
    expect(transitions).toBe(14);
  });

  it('goes through tickets, runs and runners part after part, each from where the one before has ended', async () => {
    const parts = [{ next: { place: 300 } }, { next: { pk: 'a', n: 2 } }, { next: null }];
    const { end, calls } = await go({ 'close-game-runs': parts, 'expire-game-tickets': parts, 'tell-results': parts });
    expect(end).toBe('EventArchived');
    for (const name of ['close-game-runs', 'expire-game-tickets', 'tell-results']) {
      expect(calls.filter(([to]) => to === name).map(([, payload]) => payload)).toEqual([
        { ...input, after: null },
        { ...input, after: { place: 300 } },
        { ...input, after: { pk: 'a', n: 2 } },
      ]);
    }
  });

  it('pays back the tickets of a cancelled event, and closes its runs without a wait', async () => {
    const { entered, waits } = await go({
      ...CANCELLED,
      'refund-game-tickets': [{ next: { pk: 'a' } }, { next: null }],
    });
    expect(entered).toEqual([
      'TakeUpEvent',
      'HowItStands',
      'RefundTickets',
      'AreAllTicketsRefunded',
      'RefundTickets',
      'AreAllTicketsRefunded',
      'CloseRuns',
      'AreAllRunsClosed',
      'SettleEvent',
      'HowItEnded',
      'EventCancelled',
    ]);
    expect(waits).toEqual([]);
  });

  it('goes on where an execution before it stood, and makes no standings again', async () => {
    expect((await go(takenUp('FINISHED'))).entered.slice(1, 4)).toEqual(['HowItStands', 'PayPrizes', 'TellResults']);
    expect((await go(takenUp('ARCHIVED'))).entered).toEqual(['TakeUpEvent', 'HowItStands', 'EventArchived']);
  });

  it('touches nothing of an event whose finish is still to come', async () => {
    const { end, calls } = await go(takenUp('SCHEDULED'));
    expect([end, calls.length]).toEqual(['FinishFailed', 1]);
  });

  it('fails where the event is not settled in the end', async () => {
    expect((await go({ SETTLE: [{ status: 'FINISHED' }] })).end).toBe('FinishFailed');
  });

  it.each([
    ['TAKE_UP', {}],
    ['close-game-runs', {}],
    ['compute-standings', {}],
    ['pay-prizes', {}],
    ['expire-game-tickets', {}],
    ['tell-results', {}],
    ['SETTLE', {}],
    ['refund-game-tickets', CANCELLED],
  ])('fails where %s fails for good, and goes no further', async (name, kind) => {
    const { end, calls } = await go({ ...kind, [name]: broken });
    expect([end, calls.at(-1)?.[0]]).toEqual(['FinishFailed', name]);
  });

  it('does a step again that fails of what passes by itself', async () => {
    const passing = [new Named('Lambda.Unknown'), new Named('changed-meanwhile')];
    const { end, calls } = await go({ 'pay-prizes': [...passing, null], 'tell-results': [...passing, { next: null }] });
    expect(end).toBe('EventArchived');
    expect(calls.filter(([to]) => to === 'pay-prizes')).toHaveLength(3);
  });

  it('has a hundred thousand runners within the history that an execution may have', async () => {
    const rounds = (runners: number, portion: number) =>
      Array.from({ length: Math.ceil(runners / portion) }, (_, n, count = Math.ceil(runners / portion)) =>
        n + 1 < count ? { next: { place: n } } : { next: null },
      );
    const { end, events } = await go({
      'close-game-runs': rounds(100_000, 200),
      'expire-game-tickets': rounds(100_000, 500),
      'tell-results': rounds(100_000, 300),
    });
    expect(end).toBe('EventArchived');
    expect(events).toBeLessThan(25_000 / 3);
  }, 60_000);

  it.each([
    ['close-game-runs', {}],
    ['expire-game-tickets', {}],
    ['tell-results', {}],
    ['refund-game-tickets', CANCELLED],
  ])(
    'does not call %s for ever, nor beyond that history',
    async (name, kind) => {
      const { end, calls, events } = await go({ ...kind, [name]: [{ next: { place: 1 } }] });
      const parts = calls.filter(([to]) => /-(runs|tickets|results)$/.test(to));
      expect([end, parts.length, parts.at(-1)?.[0]]).toEqual(['FinishFailed', 2500, name]);
      expect(events).toBeLessThan(25_000);
    },
    60_000,
  );

  it('has no way that these walks did not take', () => {
    const ways = [...everyState(machine)].flatMap(({ name, state }) =>
      nextOf(state).map((next) => `${name} --> ${next}`),
    );
    expect(ways.filter((way) => !taken.has(way))).toEqual([]);
    expect(ways.length).toBeGreaterThan(25);
  });
});
