import { randomInt, randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Point } from '../../src/running-game/runs/assessment.ts';
import { openRun } from '../../src/running-game/runs/run.ts';
import { runStore } from '../../src/running-game/runs/run-store.ts';
import { judged } from '../../src/running-game/strava/activity.ts';
import { stravaStore } from '../../src/running-game/strava/strava-store.ts';
import { transact } from '../../src/shared/dynamodb/items.ts';
import { HOUR, MINUTE } from '../../src/shared/time.ts';
import type { Answer, Ask } from '../acceptance/person.ts';
import { tableName, tables } from './tables.ts';

const client = tables();
export const stravaRows = stravaStore(client, tableName('game-strava'));
export const runs = runStore(client, tableName('game-runs'));

interface Asker {
  ask(method: string, path: string, request?: Omit<Ask, 'token'>): Promise<Answer>;
}

/** Where somebody is sent to connect, and the state that they take there. */
export async function begunAtStrava(owner: Asker) {
  const begun = await owner.ask('POST', '/api/v1/game/strava/connect');
  const { url } = z.object({ url: z.url() }).parse(begun.body);
  return { url, state: z.string().parse(new URL(url).searchParams.get('state')) };
}

/** Somebody who runs north from a place in Warsaw, at three metres a second: a point each second. */
export const straightOn = (seconds: number) => ({
  time: Array.from({ length: seconds }, (_, n) => n),
  latlng: Array.from({ length: seconds }, (_, n) => [52.2 + n * 0.000027, 21.01] as const),
});

/** An open run in the game, that began a moment ago. */
export async function openRunOf(userId: string): Promise<string> {
  const now = new Date();
  const run = openRun(
    {
      ticket: { id: randomUUID(), user_id: userId, event_id: randomUUID() },
      startsAt: now.toISOString(),
      finishesAt: new Date(now.getTime() + HOUR).toISOString(),
      uploadGrace: MINUTE,
      longest: HOUR,
      tolerance: HOUR,
    },
    now,
  );
  if (!(await transact(client, runs.openingWrites(run)))) throw new Error('the run was not opened');
  return run.id;
}

/** A connection that Strava does not know of, a run that came by it, with its points, and an open run in the game. */
export async function runAtStrava(userId: string) {
  const now = new Date();
  const athlete_id = randomInt(1_000_000, 2_000_000_000);
  const before = await stravaRows.connectionOf(userId);
  const connection = before ?? {
    id: randomUUID(),
    user_id: userId,
    athlete_id,
    connected_at: now.toISOString(),
    tokens: 'none',
    access_until: now.toISOString(),
    revision: 1,
  };
  if (!before && !(await stravaRows.connect(connection, undefined))) throw new Error('it was not connected');
  const { time, latlng } = straightOn(120);
  const points = time.map((second, n): Point => {
    const [lat, lon] = latlng[n] ?? [0, 0];
    return { t: now.getTime() + second * 1000, lat, lon };
  });
  const found = { id: randomInt(1, 200_000_000_000), athleteId: athlete_id, name: 'Run', startedAt: now };
  const activity = judged({ ...found, sport: 'Run' }, points, HOUR, now);
  await stravaRows.keep(connection, activity, points, new Date(now.getTime() + HOUR));
  return { activityId: activity.id, runId: await openRunOf(userId) };
}
