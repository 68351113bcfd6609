import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cellToParent, latLngToCell } from 'h3-js';
import * as z from 'zod';
import { Territories } from '../../src/running-game/territories/map.ts';
import {
  captured,
  captureEnd,
  captures,
  DECAY,
  desertedPlace,
  loopAround,
  runs,
  savedRun,
  startCapture,
  territories,
} from '../support/captures.ts';
import { listOf, listWith } from '../support/notifications.ts';
import { placeAt, straight } from '../support/tracks.ts';
import { until } from '../support/until.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

const RESOLUTION = 10;
const cellAt = ({ lat, lon }: { lat: number; lon: number }, resolution = RESOLUTION) =>
  latLngToCell(lat, lon, resolution);

let ada: Person;
let bob: Person;
beforeAll(async () => {
  [ada, bob] = await Promise.all([newPerson('ada'), newPerson('bob')]);
});

const Owned = Territories.extend({ cells_held: z.int(), cursor: z.string().optional() });
const held = async (person: Person, query = '') =>
  Owned.parse(expectStatus(200, await person.ask('GET', `/api/v1/game/users/me/territory${query}`)).body);
const ownersOf = async (asker: Person, query: string) => {
  const answer = expectStatus(200, await asker.ask('GET', `/api/v1/game/territories?${query}`));
  expect(answer.headers.get('content-type')).toBe('application/geo+json');
  const { features } = Territories.parse(answer.body);
  return new Map(features.map(({ properties, geometry }) => [properties.user_id, { ...properties, geometry }]));
};
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe('a loop', () => {
  it('is captured when it is saved, is seen on the map, and is lost to whoever runs around it later, who is not told twice', async () => {
    const middle = desertedPlace();
    const first = await captured(ada.id, loopAround(middle, 600, minutesAgo(20)), minutesAgo(20));
    expect(first.end).toBe('Captured');
    const before = await held(ada);
    // A circle of that radius is as large as 75 cells of the mean size; those of its line are partly outside of it.
    expect(before.cells_held).toBeGreaterThan(70);
    expect(before.cells_held).toBeLessThan(130);
    expect(before.features).toMatchObject([{ properties: { user_id: ada.id, cells: before.cells_held } }]);

    const box = [placeAt(middle, -1000, -1000), placeAt(middle, 1000, 1000)].map(({ lat, lon }) => `${lon},${lat}`);
    const bbox = `bbox=${box.join(',')}`;
    expect((await ownersOf(bob, bbox)).get(ada.id)?.cells).toBe(before.cells_held);
    expect((await ownersOf(bob, `cell=${cellAt(middle)}`)).get(ada.id)?.cells).toBe(1);
    const around = cellToParent(cellAt(middle), 8);
    const inParent = (await ownersOf(bob, `cell=${around}`)).get(ada.id)?.cells ?? 0;
    expect(inParent).toBeGreaterThan(20);
    expect(inParent).toBeLessThanOrEqual(49);

    const second = await captured(bob.id, loopAround(middle, 300, minutesAgo(10)), minutesAgo(10));
    expect(second.end).toBe('Captured');
    const taken = (await held(bob)).cells_held;
    expect((await held(ada)).cells_held).toBe(before.cells_held - taken);
    const owners = await ownersOf(ada, bbox);
    expect([owners.get(ada.id)?.cells, owners.get(bob.id)?.cells]).toEqual([before.cells_held - taken, taken]);
    // Around what is Bob's is Ada's: her outline has a hole.
    expect(owners.get(ada.id)?.geometry.coordinates.some((rings) => rings.length > 1)).toBe(true);

    const { list } = await listWith(ada, 1);
    expect(list).toMatchObject([
      { key: 'territory_lost', target_id: second.runId, data: { run_id: second.runId, cells: String(taken) } },
    ]);

    // One that was saved earlier comes too late: it has what is nobody's, and takes nothing from anybody.
    const late = await captured(ada.id, loopAround(middle, 300, minutesAgo(15)), minutesAgo(15));
    expect(late.end).toBe('NothingCaptured');
    expect((await held(bob)).cells_held).toBe(taken);
    // Once more by another execution: nobody is told again.
    await startCapture(second.runId, 2);
    expect(await captureEnd(second.runId, 2)).toBe('Captured');
    expect((await listOf(ada)).elements).toBe(1);
    expect((await listOf(bob)).elements).toBe(0);
  }, 120_000);

  it('is free again when it decays', async () => {
    const middle = desertedPlace();
    const old = new Date(Date.now() - DECAY - 60_000);
    const cara = await newPerson('cara');
    // As the run was captured then.
    const runId = await savedRun(cara.id, loopAround(middle, 400, old), old);
    await startCapture(runId);
    expect(await captureEnd(runId)).toBe('Captured');
    expect(await held(cara)).toMatchObject({ features: [], cells_held: 0 });
    expect((await ownersOf(cara, `cell=${cellAt(middle)}`)).size).toBe(0);
    // Nobody loses what they do not hold any more.
    expect((await captured(bob.id, loopAround(middle, 400, new Date()))).end).toBe('Captured');
    expect((await ownersOf(cara, `cell=${cellAt(middle)}`)).get(bob.id)?.cells).toBe(1);
    expect((await listOf(cara)).elements).toBe(0);
  }, 60_000);
});

describe('a run from one place to another', () => {
  it('captures the cells that it leads through, but for the surroundings of its start and its end', async () => {
    const dan = await newPerson('dan');
    const from = desertedPlace();
    const at = new Date();
    const seconds = 750;
    const line = straight({ from, at: at.getTime() - seconds * 1000, seconds, speed: 4, heading: 0 });
    expect((await captured(dan.id, line, at)).end).toBe('Captured');
    const ownerOf = async (metres: number) => (await ownersOf(dan, `cell=${cellAt(placeAt(from, 0, metres))}`)).size;
    expect(await Promise.all([1400, 1500, 1600].map(ownerOf))).toEqual([1, 1, 1]);
    expect(await Promise.all([0, 30, 60, 2940, 2970, 3000].map(ownerOf))).toEqual([0, 0, 0, 0, 0, 0]);
  }, 60_000);

  it('captures nothing if it does not leave them', async () => {
    const at = new Date();
    const street = straight({ from: desertedPlace(), at: at.getTime() - 40_000, seconds: 40, speed: 3, heading: 0 });
    expect((await captured(bob.id, street, at)).end).toBe('NothingCaptured');
  }, 60_000);

  it('captures what it goes around, however small that is', async () => {
    const middle = desertedPlace();
    expect((await captured(bob.id, loopAround(middle, 64, new Date()))).end).toBe('Captured');
    expect([...(await ownersOf(bob, `cell=${cellAt(middle)}`)).keys()]).toEqual([bob.id]);
  }, 60_000);
});

describe('what somebody holds', () => {
  it('comes in pages, which together are all of it', async () => {
    const eve = await newPerson('eve');
    await captured(eve.id, loopAround(desertedPlace(), 500, new Date()));
    const { cells_held, features } = await held(eve);
    expect(features).toMatchObject([{ properties: { cells: cells_held } }]);
    let [cells, cursor] = [0, ''];
    do {
      const page = await held(eve, `?limit=20${cursor && `&cursor=${cursor}`}`);
      cells += page.features[0]?.properties.cells ?? 0;
      cursor = page.cursor ?? '';
    } while (cursor !== '');
    expect(cells).toBe(cells_held);

    const theirs = `/api/v1/game/users/${eve.id}/territory`;
    expect(expectStatus(200, await bob.ask('GET', theirs)).body).toMatchObject({ cells_held });
    expectStatus(204, await eve.ask('DELETE', `/api/v1/users/${eve.id}`));
    expect(expectStatus(200, await bob.ask('GET', theirs)).body).toMatchObject({ cells_held: 0, features: [] });
  }, 60_000);

  it('is not captured any more for somebody who leaves meanwhile', async () => {
    const [runId, userId] = [randomUUID(), randomUUID()];
    const captor = { run_id: runId, user_id: userId, saved_at: new Date().toISOString() };
    const cell = cellAt(desertedPlace());
    // The run is forgotten, and its plan is not carried out yet.
    await territories.savePlan(captor, [{ area: cellToParent(cell, RESOLUTION - 3), cell }], new Date());
    await territories.capture({ area: cellToParent(cell, RESOLUTION - 3), cell }, captor);
    await startCapture(runId);
    expect(await captureEnd(runId)).toBe('NothingCaptured');
    expect(await territories.cellsHeld(userId, new Date())).toBe(0);
  }, 60_000);
});

describe('a look at the map', () => {
  it.each([
    ['', 'bbox'],
    ['bbox=1,2,3', 'bbox'],
    ['bbox=20,52,20.05,north', 'bbox'],
    ['bbox=20,52.1,20.05,52', 'bbox'],
    ['bbox=20,91,20.05,92', 'bbox'],
    ['bbox=-180,-90,180,90', 'bbox'],
    ['bbox=20,52,21,53', 'bbox'],
    ['cell=junk', 'cell'],
    [`cell=${latLngToCell(52, 21, 4)}`, 'cell'],
    [`cell=${latLngToCell(52, 21, 12)}`, 'cell'],
    [`cell=${latLngToCell(52, 21, 10)}&bbox=20,52,20.05,52.05`, 'cell'],
  ])('that makes no sense is refused: %s', async (query, field) => {
    const answer = expectStatus(400, await ada.ask('GET', `/api/v1/game/territories?${query}`));
    expect(answer.body).toMatchObject({ errors: [{ field, reason: expect.any(String) }] });
  });
});

describe('a capture whose execution was lost', () => {
  const overdue: string[] = [];
  afterAll(async () => {
    for (const id of overdue) expect(await runs.find(id)).toMatchObject({ captured: true });
  });

  it('is made by the sweep, and so is one whose execution has ended too early', async () => {
    const fay = await newPerson('fay');
    const [at, middles] = [minutesAgo(2), [desertedPlace(), desertedPlace()]];
    const [lost = '', ended = ''] = await Promise.all(
      middles.map((middle) => savedRun(fay.id, loopAround(middle, 400, at), at)),
    );
    overdue.push(lost, ended);
    // As if it had been stopped: one of that name has ended, and the run is not captured.
    await captures.start(`${ended}_1`, { runId: randomUUID(), run: 1 });
    const ends = await until(
      'two captures',
      async () => {
        const found = await Promise.all(overdue.map((id) => runs.find(id)));
        return found.every((run) => run?.status === 'SAVED' && run.captured) ? found : undefined;
      },
      150,
    );
    expect(ends).toMatchObject([{ run: 1 }, { run: 2 }]);
    const owners = await Promise.all(middles.map((middle) => ownersOf(fay, `cell=${cellAt(middle)}`)));
    expect(owners.map((each) => each.get(fay.id)?.cells)).toEqual([1, 1]);
  }, 200_000);
});
