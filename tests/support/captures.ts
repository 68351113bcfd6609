import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Place, Point } from '../../src/running-game/runs/assessment.ts';
import { captureExecution } from '../../src/running-game/runs/capture-execution.ts';
import { openRun } from '../../src/running-game/runs/run.ts';
import { runStore } from '../../src/running-game/runs/run-store.ts';
import { finishRun } from '../../src/running-game/runs/save-run.ts';
import { territoryStore } from '../../src/running-game/territories/territory-store.ts';
import { transact } from '../../src/shared/dynamodb/items.ts';
import { DAY, HOUR } from '../../src/shared/time.ts';
import { executionsOf, stateOf } from './machines.ts';
import { tableName, tables } from './tables.ts';
import { lap, placeAt } from './tracks.ts';
import { until } from './until.ts';

/** As long as the stack's. */
export const DECAY = 30 * DAY;
export const PRIVACY_RADIUS = 200;

export const territoriesIn = (client: DynamoDBDocumentClient, table: string) => territoryStore(client, table, DECAY);
export const territories = territoriesIn(tables(), tableName('game-territories'));
export const runs = runStore(tables(), tableName('game-runs'));
export const captures = executionsOf('territory-capture');

/** A place in the Pacific that nobody else runs at: tests are not in each other's way. */
export const desertedPlace = (): Place => ({ lat: 10 + Math.random() * 30, lon: -170 + Math.random() * 30 });

const SPEED = 4;

/** Once around a circle of that radius in metres, begun and ended in its west; at some four metres a second, done before `at`. */
export function loopAround(middle: Place, radius: number, at: Date): Point[] {
  const seconds = Math.ceil((2 * Math.PI * radius) / SPEED);
  return lap({ from: placeAt(middle, 0, -radius), at: at.getTime() - seconds * 1000, seconds, speed: SPEED });
}

/** The run of somebody who has finished it at `at`, with these points; no execution captures it yet. */
export async function savedRun(userId: string, points: readonly Point[], at = new Date()): Promise<string> {
  const ticket = { id: randomUUID(), user_id: userId, event_id: randomUUID() };
  const [openedAt, finishesAt] = [new Date(at.getTime() - 2 * HOUR), new Date(at.getTime() + HOUR).toISOString()];
  const times = { uploadGrace: HOUR, longest: 12 * HOUR, tolerance: HOUR };
  const run = openRun({ ticket, startsAt: openedAt.toISOString(), finishesAt, ...times }, openedAt);
  if (!(await transact(tables(), runs.openingWrites(run)))) throw new Error('the ticket has opened its run before');
  for (let seq = 0; seq * 1000 < points.length; seq++) {
    await runs.addBatch({ id: run.id, userId }, { seq, points: points.slice(seq * 1000, (seq + 1) * 1000) }, at);
  }
  const { status } = await finishRun(run.id, userId, { runs, privacyRadius: PRIVACY_RADIUS }, at);
  if (status !== 'SAVED') throw new Error(`the run is ${status}`);
  return run.id;
}

export const startCapture = (runId: string, nth = 1) => {
  const { name, input } = captureExecution(runId, nth);
  return captures.start(name, input);
};

/** The state in which the execution that captures a run has ended. */
export const captureEnd = (runId: string, nth = 1) => {
  const { name } = captureExecution(runId, nth);
  return until('the end of a capture', async () =>
    (await captures.status(name)) === 'ENDED' ? stateOf('territory-capture', name) : undefined,
  );
};

/** What a run captures by the deployed machine: the state in which that ends. */
export async function captured(userId: string, points: readonly Point[], at = new Date()) {
  const runId = await savedRun(userId, points, at);
  await startCapture(runId);
  return { runId, end: await captureEnd(runId) };
}
