import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { walk } from '../../bench/walker.ts';
import { consume } from '../../src/running-game/events/consume-ticket.ts';
import { cancelEvent, type GameEvent, takeOver } from '../../src/running-game/events/game-event.ts';
import { gameRuns, runIn, runsOf, standings } from '../support/finish.ts';
import { callFinish, finishMachine, finishWorld } from '../support/finish-world.ts';
import { gameEvents, storedEvent, ticketOf, tickets, wallets } from '../support/game.ts';
import { immortal, type Life, mortal } from '../support/mortal.ts';

const MINUTE = 60_000;
const runTimes = { uploadGrace: MINUTE, longest: 12 * 60 * MINUTE, tolerance: MINUTE };
const opened = new Date();
/** After the finish, which for the sweep of the stack is still to come. */
const cancelled = new Date(opened.getTime() + 50 * MINUTE);
const at = new Date(opened.getTime() + 120 * MINUTE);

/** One execution whose functions all have the same life, with what is to happen before each of them: the state in which it ends. */
async function execute(event: GameEvent, run: number, life: Life, told: string[], meanwhile = async () => {}) {
  const world = finishWorld(life.step, told);
  const { entered } = await walk(
    finishMachine,
    { eventId: event.id, run },
    {
      weather: 'calm',
      async invoke(arn, payload) {
        await meanwhile();
        return callFinish(arn, payload, world, at);
      },
      machine: () => finishMachine,
    },
  );
  return entered.at(-1);
}

interface Runner {
  readonly id: string;
  readonly ticketId: string;
}

async function newCase() {
  const price = 7;
  const event = await storedEvent({ price, prize_pool: 10, prize_split: [60, 40] });
  const runners: Runner[] = [];
  for (const [metres, finished] of [
    [500, true],
    [1000, false],
  ] as const) {
    const runner = { id: randomUUID(), ticketId: randomUUID() };
    await runIn(
      event,
      { userId: runner.id, ticketId: runner.ticketId, openedAt: opened, metres, finished },
      {
        tickets,
        runs: gameRuns,
      },
    );
    runners.push(runner);
  }
  const id = randomUUID();
  runners.push({ id, ticketId: await ticketOf(id, event) });
  return { event, runners };
}
type Case = Awaited<ReturnType<typeof newCase>>;

/** All that is left behind, with the ids of a case taken out. */
async function outcome({ event: { id }, runners }: Case, told: readonly string[]) {
  const event = await gameEvents.find(id);
  const named = (text: string) =>
    runners.reduce((rest, { ticketId }, n) => rest.replace(ticketId, `ticket ${n}`), text);
  return {
    status: event?.status,
    settled: event?.settled_at !== undefined,
    participants: event?.participants,
    standings: (await standings.after(id, 0, 100)).map(({ run_id, prize }) => [named(run_id), prize]),
    tickets: await Promise.all(runners.map(async (each) => (await tickets.find(each.id, each.ticketId))?.status)),
    runs: (await runsOf(id)).map(({ status }) => status),
    coins: await Promise.all(runners.map(async (each) => (await wallets.balanceOf(each.id)).coins)),
    exact: await Promise.all(
      runners.map(async (each) => {
        const [balance, sums] = [await wallets.balanceOf(each.id), await wallets.sums(each.id)];
        return balance.coins === sums.coins && balance.version === sums.version;
      }),
    ),
    told: [...new Set(told)].map(named).sort(),
  };
}

const FINISHED = {
  status: 'ARCHIVED',
  settled: true,
  participants: 2,
  // Of 3 × 7 + 10 coins.
  standings: [
    ['ticket 1', 19],
    ['ticket 0', 12],
  ],
  tickets: ['CONSUMED', 'CONSUMED', 'EXPIRED'],
  runs: ['SAVED', 'SAVED'],
  coins: [12, 19, 0],
  exact: [true, true, true],
  told: ['result-ticket 0', 'result-ticket 1'],
};
const CANCELLED = {
  status: 'CANCELLED',
  settled: true,
  participants: undefined,
  standings: [],
  tickets: ['CONSUMED', 'CONSUMED', 'REFUNDED'],
  runs: ['SAVED', 'SAVED'],
  coins: [0, 0, 7],
  exact: [true, true, true],
  told: ['refund-ticket 2'],
};

describe('an execution that dies at any step of its functions', () => {
  it.each([
    { end: 'EventArchived', left: FINISHED, before: (event: GameEvent) => event },
    { end: 'EventCancelled', left: CANCELLED, before: (event: GameEvent) => cancelEvent(event, cancelled) },
  ])(
    'comes to $end when it is run again, or the next one is, and everything is done once',
    async ({ end, left, before }) => {
      const whole = immortal();
      const plain = await newCase();
      await gameEvents.change(plain.event.id, before);
      const told: string[] = [];
      expect(await execute(plain.event, 1, whole, told)).toBe(end);
      expect(await outcome(plain, told)).toEqual(left);
      expect(told).toHaveLength(left.told.length);
      expect(whole.steps()).toBeGreaterThan(15);

      for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
        const takesEffect = diesAt % 2 === 0;
        for (const next of [1, 2]) {
          const about = await newCase();
          const heard: string[] = [];
          await gameEvents.change(about.event.id, before);
          expect(await execute(about.event, 1, mortal(diesAt, takesEffect === (next === 1)), heard)).toBe(
            'FinishFailed',
          );
          const { run } = await gameEvents.change(about.event.id, (event) => takeOver(event, next, at));
          // What was settled is taken over by nobody.
          if (run === next) expect(await execute(about.event, next, immortal(), heard)).toBe(end);
          expect(await outcome(about, heard)).toEqual(left);
        }
      }
    },
    240_000,
  );
});

describe('a ticket that is consumed by a request that has seen its event run, while the event ends', () => {
  it.each([
    { end: 'EventArchived', unused: 'EXPIRED', before: (event: GameEvent) => event },
    { end: 'EventCancelled', unused: 'REFUNDED', before: (event: GameEvent) => cancelEvent(event, cancelled) },
  ])(
    'has opened a run that ends with the event, or opens none: $end',
    async ({ end, unused, before }) => {
      let calls = 0;
      const ends: unknown[] = [];
      for (let moment = 0; moment <= calls; moment++) {
        const about = await newCase();
        const { id: userId = '', ticketId = '' } = about.runners[2] ?? {};
        await gameEvents.change(about.event.id, before);
        const request = { creation: { id: randomUUID(), fingerprint: 'test' }, userId, ticketId };
        const deps = { events: { find: async () => about.event }, tickets, runs: gameRuns, runTimes };
        let answer: unknown;
        const consumption = () =>
          consume(request, deps, new Date()).then(
            ({ status }) => status,
            (error: Error) => error.name,
          );
        let call = 0;
        const meanwhile = async () => {
          if (call++ === moment) answer = await consumption();
        };
        expect(await execute(about.event, 1, immortal(), [], meanwhile)).toBe(end);
        calls = call;
        answer ??= await consumption();
        const ticket = await tickets.find(userId, ticketId);
        const run = await gameRuns.find(ticketId);
        ends.push([answer, ticket?.status, run?.status]);
      }
      const refused = [unused === 'EXPIRED' ? 'event-over' : 'event-cancelled', unused, undefined];
      const first = ends.findIndex((each) => isDeepStrictEqual(each, refused));
      expect(first).toBeGreaterThan(0);
      for (const [n, each] of ends.entries())
        expect(each).toEqual(n < first ? ['OPEN', 'CONSUMED', 'ABANDONED'] : refused);
    },
    60_000,
  );
});

describe('an execution that another one has replaced', () => {
  it('changes nothing any more, wherever it stands', async () => {
    const about = await newCase();
    await gameEvents.change(about.event.id, (event) => takeOver(event, 2, at));
    const told: string[] = [];
    const before = await outcome(about, told);
    const world = finishWorld(immortal().step, told);
    const mine = { eventId: about.event.id, run: 1, after: null };
    for (const [name, payload] of [
      ['finish-event', { ...mine, step: 'TAKE_UP' }],
      ['close-game-runs', mine],
      ['compute-standings', mine],
      ['pay-prizes', mine],
      ['expire-game-tickets', mine],
      ['refund-game-tickets', mine],
      ['tell-results', mine],
      ['finish-event', { ...mine, step: 'SETTLE' }],
    ] as const) {
      const work = Promise.resolve().then(() => callFinish(`:function:carillon-local-${name}`, payload, world, at));
      await expect(work).rejects.toMatchObject({ name: 'Superseded' });
    }
    expect(await outcome(about, told)).toEqual(before);
    // Nor does it put its standings in the place of the other one's.
    const place = { place: 1, run_id: 'a', distance_m: 2, duration_s: 1, saved_at: at.toISOString(), prize: 0 };
    await standings.save(about.event.id, 2, [place]);
    await standings.save(about.event.id, 1, [{ ...place, run_id: 'b' }]);
    expect(await standings.after(about.event.id, 0, 1)).toEqual([place]);
  });
});

describe('standings of many', () => {
  it('are read from any place on, over the ends of their pages', async () => {
    const eventId = randomUUID();
    const all = Array.from({ length: 250 }, (_, n) => ({
      place: n + 1,
      run_id: `run ${n + 1}`,
      distance_m: 1000 - n,
      duration_s: 60,
      saved_at: at.toISOString(),
      prize: 0,
    }));
    await standings.save(eventId, 1, all);
    for (const [from, count] of [
      [0, 1],
      [0, 100],
      [99, 2],
      [95, 120],
      [249, 20],
      [250, 20],
    ] as const)
      expect(await standings.after(eventId, from, count)).toEqual(all.slice(from, from + count));
  });
});
