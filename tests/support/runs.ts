import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Point } from '../../src/running-game/runs/assessment.ts';
import { type OpenRun, openRun } from '../../src/running-game/runs/run.ts';
import { type RunStore, runStore } from '../../src/running-game/runs/run-store.ts';
import { transact } from '../../src/shared/dynamodb/items.ts';
import { DAY, HOUR, MINUTE } from '../../src/shared/time.ts';
import { type Answer, expectStatus, type Person } from '../acceptance/person.ts';
import { tableName, tables } from './tables.ts';
import { uploaded } from './tracks.ts';

const client = tables();
export const runs: RunStore = runStore(client, tableName('game-runs'));

interface Event {
  readonly id?: string;
  /** Milliseconds before now. */
  readonly openedAgo?: number;
  /** Milliseconds from now. */
  readonly finishesIn?: number;
  readonly uploadGrace?: number;
}

/** A run that was opened an hour ago unless said otherwise, of an event that finishes in an hour. */
export async function openedRun(userId: string, event: Event = {}): Promise<OpenRun> {
  const { id = randomUUID(), openedAgo = HOUR, finishesIn = HOUR, uploadGrace = 15 * MINUTE } = event;
  const ticket = { id: randomUUID(), user_id: userId, event_id: id };
  const [openedAt, finishesAt] = [new Date(Date.now() - openedAgo), new Date(Date.now() + finishesIn).toISOString()];
  const times = { uploadGrace, longest: 12 * HOUR, tolerance: DAY };
  const run = openRun({ ticket, startsAt: openedAt.toISOString(), finishesAt, ...times }, openedAt);
  if (!(await transact(client, runs.openingWrites(run)))) throw new Error('the ticket has opened its run before');
  return run;
}

const path = '/api/v1/game/runs';
export const upload = (person: Person, id: string, seq: number, points: readonly Point[]): Promise<Answer> =>
  person.ask('POST', `${path}/${id}/points`, { body: { seq, points: uploaded(points) } });
export const uploadGpx = (person: Person, id: string, text: string, type = 'application/gpx+xml'): Promise<Answer> =>
  person.ask('POST', `${path}/${id}/gpx`, { text, headers: { 'content-type': type } });
export const finish = (person: Person, id: string): Promise<Answer> => person.ask('POST', `${path}/${id}/finish`);
export const runOf = async (person: Person, id: string) =>
  expectStatus(200, await person.ask('GET', `${path}/${id}`)).body;

/** A run, open, with a batch of points. */
export async function runWith(person: Person, points: readonly Point[]): Promise<string> {
  const { id } = await openedRun(person.id);
  expectStatus(200, await upload(person, id, 0, points));
  return id;
}

const Pages = z.object({ items: z.array(z.record(z.string(), z.unknown())), cursor: z.string().optional() });

/** All pages of a list. */
export async function allOf(person: Person, list: string, limit: number) {
  const items: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor === undefined ? {} : { cursor }) });
    const page = Pages.parse(expectStatus(200, await person.ask('GET', `${list}?${query}`)).body);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}
