import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { GameEvent } from '../../src/running-game/events/game-event.ts';
import { buyTicket, consumeTicket } from '../../src/running-game/events/ticket.ts';
import type { TicketStore } from '../../src/running-game/events/ticket-store.ts';
import { finishExecution } from '../../src/running-game/finish/finish-execution.ts';
import { standingsStore } from '../../src/running-game/finish/standings-store.ts';
import { sweepEvents } from '../../src/running-game/finish/sweep.ts';
import type { Point } from '../../src/running-game/runs/assessment.ts';
import { openRun, type Run } from '../../src/running-game/runs/run.ts';
import { type RunStore, runStore } from '../../src/running-game/runs/run-store.ts';
import { finishRun } from '../../src/running-game/runs/save-run.ts';
import { gameEvents, tickets } from './game.ts';
import { executionsOf, machineArn, stateOf, stopExecution } from './machines.ts';
import { aws, tableName, tables } from './tables.ts';
import { until } from './until.ts';

const FINISH = 'event-finish';
const sfn = new SFNClient(aws);
export const finishes = executionsOf(FINISH);
export const gameRuns = runStore(tables(), tableName('game-runs'));
export const standings = standingsStore(tables(), tableName('game-events'));

/** An event's runs, of up to a hundred tickets. */
export async function runsOf(eventId: string): Promise<Run[]> {
  const { items } = await tickets.ofEvent(eventId, { limit: 100, after: undefined });
  return gameRuns.findMany(items.map(({ id }) => id));
}

const nameOf = (id: string, run: number) => finishExecution(id, run).name;
export const stopFinish = (id: string, run = 1) => stopExecution(FINISH, nameOf(id, run));

/** The state in which an execution has ended. */
export const finishEnd = (id: string, run = 1) =>
  until('the end of the execution', async () =>
    (await finishes.status(nameOf(id, run))) === 'ENDED' ? stateOf(FINISH, nameOf(id, run)) : undefined,
  );

/** The states that an execution has entered, in order. */
export async function finishEntered(id: string, run = 1): Promise<string[]> {
  const executionArn = `${machineArn(FINISH).replace(':stateMachine:', ':execution:')}:${nameOf(id, run)}`;
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
}

/** The sweep's own code, so many milliseconds from now, for one event; what it has reported is added to `reported`. */
export const sweepIn = (offsetMs: number, id: string, reported: string[] = []) =>
  sweepEvents({
    events: {
      ...gameEvents,
      async *open(shard, before) {
        for await (const each of gameEvents.open(shard, before)) if (each.id === id) yield each;
      },
    },
    executions: finishes,
    now: () => new Date(Date.now() + offsetMs),
    report: (finding) => reported.push(finding),
  });

const METRES_A_DEGREE = 111_195;
/** Metres a second, and seconds between two points. */
const [SPEED, EVERY] = [2.5, 10];

/** So many metres to the north in a straight line, from an instant on. */
export const track = (from: number, metres: number): Point[] =>
  Array.from({ length: Math.round(metres / (SPEED * EVERY)) + 1 }, (_, n) => ({
    t: from + n * EVERY * 1000,
    lat: 52 + (n * SPEED * EVERY) / METRES_A_DEGREE,
    lon: 21,
    accuracy: 5,
  }));

interface Attempt {
  readonly userId: string;
  readonly ticketId: string;
  readonly openedAt: Date;
  /** Nothing is uploaded where there are none. */
  readonly metres: number;
  /** Whether the runner finishes it, or leaves it open. */
  readonly finished: boolean;
}

/** Buys a ticket of an event, without paying, consumes it, runs with it, and uploads that. */
export async function runIn(
  event: GameEvent,
  { userId, ticketId, openedAt, metres, finished }: Attempt,
  { tickets, runs }: { tickets: TicketStore; runs: RunStore },
): Promise<string> {
  const ticket = buyTicket(event, { id: ticketId, fingerprint: 'test' }, userId, openedAt);
  const { starts_at: startsAt, finishes_at: finishesAt } = event;
  const times = { uploadGrace: 60_000, longest: 12 * 3600_000, tolerance: 60_000 };
  const run = openRun({ ticket, startsAt, finishesAt, ...times }, openedAt);
  const bought = await tickets.buy(ticket, []);
  if (
    !bought ||
    !(await tickets.end(
      consumeTicket(ticket, { runId: run.id, consumption: 'test' }, openedAt),
      runs.openingWrites(run),
    ))
  )
    throw new Error('no run was opened');
  if (metres > 0)
    await runs.addBatch({ id: run.id, userId }, { seq: 0, points: track(openedAt.getTime(), metres) }, openedAt);
  const end = new Date(openedAt.getTime() + (metres / SPEED + 60) * 1000);
  if (finished) await finishRun(run.id, userId, { runs, privacyRadius: 200 }, end);
  return run.id;
}
