import { randomUUID } from 'node:crypto';
import type { GameEvent } from '../../src/running-game/events/game-event.ts';
import { gameEventStore } from '../../src/running-game/events/game-event-store.ts';
import { ticketStore } from '../../src/running-game/events/ticket-store.ts';
import { standingsStore } from '../../src/running-game/finish/standings-store.ts';
import type { MiningRules } from '../../src/running-game/mining/mining.ts';
import { miningStore } from '../../src/running-game/mining/mining-store.ts';
import type { Run } from '../../src/running-game/runs/run.ts';
import { runStore } from '../../src/running-game/runs/run-store.ts';
import { topUpStore } from '../../src/running-game/top-ups/top-up-store.ts';
import { walletStore } from '../../src/running-game/wallet/wallet-store.ts';
import type { Step } from './mortal.ts';
import { ownTable } from './own-table.ts';
import { tables } from './tables.ts';

/** What everybody holds in it, and what that brings: a full measure of energy for each hour. */
export const CELLS = 2;
export const rules: MiningRules = { energyMax: 60, refill: 3600_000, perCoin: 10_000, perCell: 100_000 };

const atOnce: Step = (work) => work();

/** The rooms that post to wallets, on tables of their own: nothing that is deployed knows of them. */
export async function gameWorld() {
  const [wallets, events, runs, topUps] = await Promise.all([
    ownTable('running-game/wallet', 'GameWalletsTable'),
    ownTable('running-game/events', 'GameEventsTable'),
    ownTable('running-game/runs', 'GameRunsTable'),
    ownTable('running-game/top-ups', 'GameTopUpsTable'),
  ]);

  /** A process, whose every call to the outside goes through `step`. */
  const process = (step: Step = atOnce) => {
    const client = tables(step);
    const own = walletStore(client, wallets.name);
    return {
      wallets: own,
      ledger: own,
      events: gameEventStore(client, events.name),
      tickets: ticketStore(client, events.name),
      standings: standingsStore(client, events.name),
      runs: runStore(client, runs.name),
      topUps: topUpStore(client, topUps.name),
      mining: miningStore(client, wallets.name),
      territory: { cellsHeld: () => step(async () => CELLS) },
      rules,
      users: { find: () => step(async () => ({})) },
      notifier: { notify: () => step(async () => undefined) },
    };
  };

  return {
    process,
    remove: async () => void (await Promise.all([wallets, events, runs, topUps].map((each) => each.remove()))),
  };
}

export type Process = ReturnType<Awaited<ReturnType<typeof gameWorld>>['process']>;

/** An event that runs since an hour before `now`, and for an hour after it. */
export const eventAt = (now: Date, more: Partial<GameEvent>): GameEvent => {
  const at = (hours: number) => new Date(now.getTime() + hours * 3600_000).toISOString();
  return {
    id: randomUUID(),
    name: 'Park run',
    time_zone: 'Europe/Warsaw',
    starts_at: at(-1),
    finishes_at: at(1),
    capacity: null,
    price: 0,
    prize_pool: 0,
    prize_split: [],
    sold: 0,
    status: 'SCHEDULED',
    created_at: at(-2),
    fingerprint: 'test',
    run: 1,
    due: at(1),
    revision: 1,
    ...more,
  };
};

/** Saves a run as if so many metres had been uploaded. */
export const saved = (run: Run, distance_m: number, now: Date): Run => ({
  ...run,
  revision: run.revision + 1,
  status: 'SAVED',
  distance_m,
  started_at: now.toISOString(),
  duration_s: 600,
  moving_s: 600,
  pace_s_per_km: 300,
  saved_at: now.toISOString(),
  refused: [],
  flags: [],
  polylines: [],
  shown: [],
  captured: true,
  run: 1,
  due: now.toISOString(),
});
