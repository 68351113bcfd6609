import { randomUUID } from 'node:crypto';
import { buy } from '../src/running-game/events/buy-ticket.ts';
import { consume } from '../src/running-game/events/consume-ticket.ts';
import type { GameEvent } from '../src/running-game/events/game-event.ts';
import { gameEventStore } from '../src/running-game/events/game-event-store.ts';
import { ticketStore } from '../src/running-game/events/ticket-store.ts';
import { closeRuns } from '../src/running-game/finish/close-runs.ts';
import { computeStandings } from '../src/running-game/finish/compute-standings.ts';
import { expireTickets } from '../src/running-game/finish/end-tickets.ts';
import { settleEvent, takeUpEvent } from '../src/running-game/finish/finish-event.ts';
import { payPrizes } from '../src/running-game/finish/pay-prizes.ts';
import { standingsStore } from '../src/running-game/finish/standings-store.ts';
import { claim, mineOnce } from '../src/running-game/mining/claim.ts';
import type { MiningRules } from '../src/running-game/mining/mining.ts';
import { miningStore } from '../src/running-game/mining/mining-store.ts';
import { runStore } from '../src/running-game/runs/run-store.ts';
import { closeRun, finishRun } from '../src/running-game/runs/save-run.ts';
import { capturePart } from '../src/running-game/territories/capture-part.ts';
import { territoryStore } from '../src/running-game/territories/territory-store.ts';
import { walletStore } from '../src/running-game/wallet/wallet-store.ts';
import type { Figure } from './figure.ts';
import { meter } from './metered.ts';
import type { Stack } from './stack.ts';
import { walk } from './walker.ts';

const HOUR = 3600_000;
/** Far ahead, where no sweep of the stack's looks. */
const BEGIN = Date.parse('2090-06-01T08:00:00Z');
const at = (minutes: number) => new Date(BEGIN + minutes * 60_000);

const RUNNERS = 20;
const CELLS = 100;
const rules: MiningRules = { energyMax: 100, refill: 8 * HOUR, perCoin: 10_000, perCell: 100_000 };
const decay = 30 * 24 * HOUR;
const runTimes = { uploadGrace: 900_000, longest: 12 * HOUR, tolerance: 24 * HOUR };
const creation = () => ({ id: randomUUID(), fingerprint: '' });

const newEvent = (): GameEvent => ({
  id: randomUUID(),
  name: 'A run in the park on a Saturday',
  time_zone: 'Europe/Warsaw',
  starts_at: at(-60).toISOString(),
  finishes_at: at(60).toISOString(),
  capacity: 1000,
  price: 30,
  prize_pool: 1000,
  prize_split: [50, 30, 20],
  sold: 0,
  status: 'SCHEDULED',
  created_at: at(-120).toISOString(),
  fingerprint: '',
  run: 1,
  due: at(60).toISOString(),
  revision: 1,
});

/** Half an hour around a block, a point each three seconds, in batches of a hundred. */
const batches = Array.from({ length: 6 }, (_, seq) => ({
  seq,
  points: Array.from({ length: 100 }, (_point, n) => {
    const turn = ((seq * 100 + n) / 600) * 2 * Math.PI;
    const [lat, lon] = [52.2 + 0.006 * Math.sin(turn), 21 + 0.01 * Math.cos(turn)];
    return { t: at(1).getTime() + (seq * 100 + n) * 3000, lat, lon, accuracy: 5, altitude: 110 };
  }),
}));

function worldOf(stack: Stack) {
  const documents = stack.newDocuments();
  const wallets = walletStore(documents, stack.table('game-wallets'));
  const events = stack.table('game-events');
  return {
    metered: meter(documents, stack.documents),
    wallets,
    ledger: wallets,
    events: gameEventStore(documents, events),
    tickets: ticketStore(documents, events),
    standings: standingsStore(documents, events),
    runs: runStore(documents, stack.table('game-runs')),
    mining: miningStore(documents, stack.table('game-wallets')),
    territories: territoryStore(documents, stack.table('game-territories'), decay),
    users: { find: async () => ({}) },
    privacyRadius: 200,
    rules,
  };
}

/** What each thing that is done in the game costs in units of the tables, the functions' own code having done it. */
export async function gameFigures(stack: Stack): Promise<Figure[]> {
  const world = worldOf(stack);
  const figures: Figure[] = [];
  async function count<T>(what: string, budget: { read: number; write: number }, work: () => Promise<T>, by = 1) {
    world.metered.take();
    const result = await work();
    const { read, write } = world.metered.take();
    figures.push(
      { what: `${what}: read units`, measured: read / by, budget: budget.read },
      { what: '  write units', measured: write / by, budget: budget.write },
    );
    return result;
  }

  const event = await world.events.create(newEvent());
  const runners = Array.from({ length: RUNNERS }, () => randomUUID());
  for (const user_id of runners) {
    const [key, currency, reason] = ['grant', 'coins', 'GRANT'] as const;
    await world.wallets.post({ user_id, key, currency, amount: 1000, reason, reference: '', at: at(0).toISOString() });
  }
  const [first = ''] = runners;

  const bought = await count('a ticket that is bought', { read: 2, write: 12 }, () =>
    buy({ creation: creation(), userId: first, eventId: event.id }, world, at(0)),
  );
  const run = await count('a ticket that is consumed', { read: 2, write: 7 }, () =>
    consume({ creation: creation(), userId: first, ticketId: bought.id }, { ...world, runTimes }, at(0)),
  );
  await count('a batch of 100 points', { read: 2, write: 10 }, async () =>
    world.runs.addBatch({ id: run.id, userId: first }, batches[0] ?? { seq: 0, points: [] }, at(1)),
  );
  for (const batch of batches.slice(1)) await world.runs.addBatch({ id: run.id, userId: first }, batch, at(40));
  await count('a run of 600 points that is saved', { read: 6, write: 2 }, () =>
    finishRun(run.id, first, world, at(45)),
  );

  const captor = { run_id: run.id, user_id: first, saved_at: at(45).toISOString() };
  const cells = Array.from({ length: CELLS }, (_, n) => ({
    area: `87${run.id.slice(0, 9)}`,
    cell: `8a${run.id.slice(0, 8)}${n}fff`,
  }));
  await count(
    `a cell of ${CELLS} that are captured`,
    { read: 0.05, write: 2.1 },
    async () => {
      await world.territories.savePlan(captor, cells, at(45));
      await capturePart({ runId: run.id, part: 0 }, { territories: world.territories, decay }, at(46));
    },
    CELLS,
  );

  const mining = { ...world, territory: world.territories };
  const round = at(60).toISOString().slice(0, 13);
  await count(`a claim with ${CELLS} cells`, { read: 4, write: 7 }, () =>
    claim({ creation: creation(), userId: first }, mining, at(50)),
  );
  await count('  a user of a round', { read: 4, write: 7 }, () =>
    mineOnce({ userId: first, key: `round-${round}`, round }, mining, at(120)),
  );
  await count('  one who holds nothing', { read: 3, write: 0 }, () =>
    mineOnce({ userId: randomUUID(), key: `round-${round}`, round }, mining, at(120)),
  );

  for (const userId of runners.slice(1)) {
    const ticket = await buy({ creation: creation(), userId, eventId: event.id }, world, at(0));
    const { id } = await consume({ creation: creation(), userId, ticketId: ticket.id }, { ...world, runTimes }, at(0));
    for (const batch of batches.slice(0, 1)) await world.runs.addBatch({ id, userId }, batch, at(1));
    await finishRun(id, userId, world, at(45));
  }
  const execution = { eventId: event.id, run: 1 };
  await count(
    `a participant of ${RUNNERS} at the nightly finish`,
    { read: 4, write: 1.5 },
    async () => {
      await takeUpEvent(execution, { ...world, ...runTimes }, at(60));
      await expireTickets({ ...execution, after: null }, world);
      const close = (id: string) => closeRun(id, world, at(76));
      await closeRuns({ ...execution, after: null }, { ...world, close }, at(76));
      await computeStandings(execution, world);
      await payPrizes(execution, world, at(77));
      await settleEvent(execution, world, at(78));
    },
    RUNNERS,
  );
  return [...(await transitions(stack)), ...figures];
}

/** What each machine takes where everything works at once. */
async function transitions({ machines, stage }: Stack): Promise<Figure[]> {
  const answers: Record<string, unknown> = {
    'mine-page': { from: null, mined: 300, failed: 0 },
    'plan-capture': { parts: [0] },
    'settle-capture': { captured: CELLS },
    'finish-event': { status: 'FREEZING', uploadsUntil: at(75).toISOString() },
    'close-game-runs': { next: null },
    'expire-game-tickets': { next: null },
    'tell-results': { next: null },
  };
  const figures = async (what: string, name: string, input: object, budget: number): Promise<Figure[]> => {
    const machine = machines.get(`carillon-${stage}-${name}`);
    if (!machine) throw new Error(`There is no machine ${name}`);
    const { transitions: measured, invocations } = await walk(machine, input, {
      weather: 'calm',
      invoke: (arn, payload) => {
        const settles = JSON.stringify(payload).includes('"SETTLE"');
        return settles ? { status: 'ARCHIVED' } : (answers[arn.split(`:carillon-${stage}-`)[1] ?? ''] ?? {});
      },
      machine: () => machine,
    });
    return [
      { what: `${what}: state transitions`, measured, budget },
      { what: '  calls of functions', measured: invocations },
    ];
  };
  return [
    ...(await figures('a round of mining, of up to 300 users', 'mining-round', { time: at(0).toISOString() }, 4)),
    ...(await figures('the territory of a run, of up to 100 cells', 'territory-capture', { runId: 'r', run: 1 }, 6)),
    ...(await figures(
      'the nightly finish of an event with up to 200 runs',
      'event-finish',
      { eventId: 'e', run: 1 },
      14,
    )),
  ];
}
