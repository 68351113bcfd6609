import { randomUUID } from 'node:crypto';
import { decode } from '@googlemaps/polyline-codec';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { distance } from '../../src/running-game/runs/earth.ts';
import { closeRun, pathOf } from '../../src/running-game/runs/save-run.ts';
import { consume, storedEvent, ticketOf } from '../support/game.ts';
import { recordedRunAt } from '../support/recorded-run.ts';
import { allOf, finish, openedRun, runOf, runs, runWith, upload, uploadGpx } from '../support/runs.ts';
import { gpx, lap, placeAt, QUAY, straight, uploaded } from '../support/tracks.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

let ada: Person;
let bob: Person;
beforeAll(async () => {
  [ada, bob] = await Promise.all([newPerson('ada'), newPerson('bob')]);
});

// A point a second at 3 m/s, of which every second one makes a step of 6 m: a last one of 3 m adds nothing.
/** Forty minutes ago. */
const began = () => Date.now() - 40 * 60_000;
const slug = (body: Record<string, unknown>) => String(body.type).split(':').at(-1);

describe('the points of a run', () => {
  it('are uploaded in batches, in any order and as often as one likes, and count in the order of their sequence', async () => {
    const { id } = await openedRun(ada.id);
    const track = straight({ at: began(), seconds: 299 });
    const parts = [track.slice(0, 100), track.slice(100, 200), track.slice(200)];
    for (const seq of [2, 0, 1, 1, 2, 0]) {
      const stored = expectStatus(200, await upload(ada, id, seq, parts[seq] ?? []));
      expect(stored.body).toMatchObject({ id });
    }
    expect(await runOf(ada, id)).toMatchObject({ status: 'OPEN', batches: 3, points: 300 });
    const batches = await allOf(ada, `/api/v1/game/runs/${id}/points`, 2);
    expect(batches.map(({ seq }) => seq)).toEqual([0, 1, 2]);
    const [first] = uploaded(parts[1] ?? []);
    expect(batches[1]?.points).toContainEqual({
      at: first?.at,
      lat: expect.closeTo(first?.lat ?? 0, 6),
      lon: expect.closeTo(first?.lon ?? 0, 6),
      accuracy: 5,
    });

    expect(expectStatus(200, await finish(ada, id)).body).toMatchObject({
      status: 'SAVED',
      distance_m: 894,
      duration_s: 299,
      pace_s_per_km: 333,
      refused: [],
    });
    // What was stored stays stored; anything else comes too late.
    expectStatus(200, await upload(ada, id, 1, parts[1] ?? []));
    expect(slug(expectStatus(409, await upload(ada, id, 3, track)).body)).toBe('run-ended');
  });

  it.each([
    ['recorded before its ticket was consumed', -20],
    ['of a clock that is ahead', 10],
  ])('may be of any time of its event: %s', async (_, minutes) => {
    const starts_at = new Date(Date.now() - 30 * 60_000).toISOString();
    const opened = await consume(ada, await ticketOf(ada.id, await storedEvent({ starts_at })));
    const id = String(expectStatus(201, opened).body.id);
    expectStatus(200, await upload(ada, id, 0, straight({ at: Date.now() + minutes * 60_000, seconds: 300 })));
    const saved = expectStatus(200, await finish(ada, id)).body;
    expect(saved).toMatchObject({ status: 'SAVED', duration_s: 300, refused: [] });
  });

  it('of another batch with the same sequence are refused', async () => {
    const { id } = await openedRun(ada.id);
    expectStatus(200, await upload(ada, id, 0, straight({ at: began(), seconds: 10 })));
    const other = await upload(ada, id, 0, straight({ at: began(), seconds: 11 }));
    expect(slug(expectStatus(409, other).body)).toBe('batch-differs');
  });

  it('are counted once when a batch is uploaded thirty times at once', async () => {
    const { id } = await openedRun(ada.id);
    const track = straight({ at: began(), seconds: 9 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => upload(ada, id, 0, track)));
    for (const answer of answers) expectStatus(200, answer);
    expect(await runOf(ada, id)).toMatchObject({ batches: 1, points: 10 });
  });

  it('are all there when eight batches are uploaded at once', async () => {
    const { id } = await openedRun(ada.id);
    const track = straight({ at: began(), seconds: 799 });
    const batches = Array.from({ length: 8 }, (_, n) => track.slice(n * 100, n * 100 + 100));
    for (const answer of await Promise.all(batches.map((each, seq) => upload(ada, id, seq, each))))
      expectStatus(200, answer);
    expect(expectStatus(200, await finish(ada, id)).body).toMatchObject({ points: 800, distance_m: 2394 });
  });

  it('come to a run until the time for late uploads is over', async () => {
    const { id } = await openedRun(ada.id, { finishesIn: -5000, uploadGrace: 4000 });
    const late = await upload(ada, id, 0, straight({ at: began(), seconds: 10 }));
    expect(slug(expectStatus(409, late).body)).toBe('uploads-closed');
    const { id: inGrace } = await openedRun(ada.id, { finishesIn: -5000 });
    expectStatus(200, await upload(ada, inGrace, 0, straight({ at: began(), seconds: 10 })));
  });

  it('are nobody else’s', async () => {
    const id = await runWith(ada, straight({ at: began(), seconds: 300 }));
    const points = `/api/v1/game/runs/${id}/points`;
    for (const answer of [
      await bob.ask('GET', points),
      await upload(bob, id, 1, straight({ at: began(), seconds: 10 })),
      await uploadGpx(bob, id, gpx(straight({ at: began(), seconds: 10 }))),
      await finish(bob, id),
      await bob.ask('GET', `/api/v1/game/runs/${id}`),
    ])
      expect(slug(expectStatus(404, answer).body)).toBe('run-not-found');
    expectStatus(200, await finish(ada, id));
    expectStatus(404, await bob.ask('GET', points));
  });
});

describe('a run that is finished', () => {
  it('says of everything that was refused why, how often, and since when', async () => {
    const at = began();
    const track = straight({ at, seconds: 300 });
    const odd = track.map((point, n) => {
      if (n === 50) return { ...point, accuracy: 21 };
      if (n === 100) return { ...point, ...placeAt(QUAY, 0, 5000) };
      return n === 150 ? { ...point, t: at } : point;
    });
    const id = await runWith(ada, [{ ...QUAY, t: at - 2 * 3_600_000 }, ...odd]);
    const saved = expectStatus(200, await finish(ada, id)).body;
    const since = (n: number) => new Date(at + n * 1000).toISOString();
    expect(saved.refused).toEqual([
      { reason: 'OUTSIDE_EVENT', count: 1, first_at: since(-7200) },
      { reason: 'ACCURACY', count: 1, first_at: since(50) },
      { reason: 'TOO_FAST', count: 1, first_at: since(100) },
      { reason: 'CLOCK_BACKWARDS', count: 1, first_at: since(0) },
    ]);
    expect(saved).toMatchObject({ status: 'SAVED', flags: [] });
    expect(Math.abs(Number(saved.distance_m) - 900)).toBeLessThanOrEqual(5);
  });

  it('waits for its points, and is rejected with a reason where too little of them is left', async () => {
    const { id } = await openedRun(ada.id);
    expect(slug(expectStatus(409, await finish(ada, id)).body)).toBe('nothing-uploaded');
    expectStatus(200, await upload(ada, id, 0, straight({ at: began(), seconds: 20 })));
    const rejected = expectStatus(200, await finish(ada, id)).body;
    expect(rejected).toMatchObject({ status: 'REJECTED', reason: 'TOO_SHORT' });
    expect(rejected).not.toHaveProperty('distance_m');
    expectStatus(404, await bob.ask('GET', `/api/v1/game/runs/${id}`));
  });

  it('is finished once when that is asked for a hundred times at once, whatever is uploaded meanwhile', async () => {
    const track = straight({ at: began(), seconds: 999 });
    const id = await runWith(ada, track.slice(0, 500));
    const [late, ...answers] = await Promise.all([
      upload(ada, id, 1, track.slice(500)),
      ...Array.from({ length: 100 }, () => finish(ada, id)),
    ]);
    const ended = answers.map((answer) => expectStatus(200, answer).body);
    for (const each of ended) expect(each).toEqual(ended[0]);
    // What was stored in time is in it, and nothing else.
    expect([1494, 2994].indexOf(Number(ended[0]?.distance_m))).toBe(late?.status === 200 ? 1 : 0);
    expect(await runOf(ada, id)).toEqual(ended[0]);
  });

  it('is seen by others without where it begins and ends, and from there nobody finds it', async () => {
    const id = await runWith(ada, straight({ at: began(), seconds: 800 }));
    const own = expectStatus(200, await finish(ada, id)).body;
    const seen = await runOf(bob, id);
    expect(Object.keys(seen).sort()).toEqual(
      [
        'distance_m',
        'duration_s',
        'event_id',
        'id',
        'moving_s',
        'pace_s_per_km',
        'polylines',
        'status',
        'user_id',
      ].sort(),
    );
    const places = (polylines: unknown) =>
      [polylines].flat().flatMap((line) => decode(String(line), 5).map(([lat, lon]) => ({ lat, lon })));
    const near = ({ polylines }: Record<string, unknown>) =>
      Math.min(
        ...places(polylines).flatMap((place) => [distance(place, QUAY), distance(place, placeAt(QUAY, 2400, 0))]),
      );
    expect(near(own)).toBeLessThan(5);
    expect(near(seen)).toBeGreaterThan(200);
    const short = await runWith(ada, straight({ at: began(), seconds: 100 }));
    expectStatus(200, await finish(ada, short));
    expect(await runOf(bob, short)).toMatchObject({ status: 'SAVED', polylines: [] });
  });

  it('is in its runner’s list, the newest first, and in nobody else’s', async () => {
    const carl = await newPerson('carl');
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.unshift((await openedRun(carl.id)).id);
    const listed = await allOf(carl, '/api/v1/game/runs', 2);
    expect(listed.map((each) => each.id)).toEqual(ids);
    expect(await allOf(await newPerson('dora'), '/api/v1/game/runs', 2)).toEqual([]);
  });
});

describe('a recorded track', () => {
  it.each(['application/gpx+xml', 'application/xml; charset=utf-8'])('is uploaded as GPX, %s', async (type) => {
    const { id } = await openedRun(ada.id);
    const track = lap({ at: began(), seconds: 1500 });
    const stored = expectStatus(200, await uploadGpx(ada, id, gpx(track), type));
    expect(stored.body).toMatchObject({ id, batches: 2, points: 1501 });
    expect(expectStatus(200, await uploadGpx(ada, id, gpx(track), type)).body).toEqual(stored.body);
    const [other, none] = [straight({ at: began(), seconds: 100 }), '<gpx/>'];
    expect(slug(expectStatus(409, await uploadGpx(ada, id, gpx(other))).body)).toBe('batch-differs');
    expect(slug(expectStatus(400, await uploadGpx(ada, id, none)).body)).toBe('invalid-request');
    const saved = expectStatus(200, await finish(ada, id)).body;
    expect(Math.abs(Number(saved.distance_m) - 4500)).toBeLessThan(10);
  });

  it('of a watch is as long as other programs say', async () => {
    const { id } = await openedRun(ada.id, { openedAgo: 3 * 3_600_000 });
    const stored = expectStatus(200, await uploadGpx(ada, id, recordedRunAt(Date.now() - 170 * 60_000)));
    expect(stored.body).toMatchObject({ batches: 8, points: 7745 });
    const saved = expectStatus(200, await finish(ada, id)).body;
    expect(saved).toMatchObject({ status: 'SAVED', distance_m: 21_491, duration_s: 7896, refused: [], flags: [] });
  });

  it('may be long: six hours, a point a second', async () => {
    const { id } = await openedRun(ada.id, { finishesIn: 8 * 3_600_000 });
    const text = gpx(lap({ at: Date.now() - 50 * 60_000, seconds: 6 * 3600 }));
    expect(text.length).toBeGreaterThan(3_400_000);
    expect(expectStatus(200, await uploadGpx(ada, id, text)).body).toMatchObject({ batches: 22, points: 21_601 });
  });
});

describe('the nightly finish', () => {
  it('closes a run by what was uploaded, or abandons it, and finds all of an event’s', async () => {
    const event = randomUUID();
    const [none, some, done] = await Promise.all([1, 2, 3].map(() => openedRun(ada.id, { id: event })));
    const deps = { runs, privacyRadius: 200 };
    for (const { id } of [some, done].flatMap((run) => run ?? []))
      expectStatus(200, await upload(ada, id, 0, straight({ at: began(), seconds: 300 })));
    const saved = expectStatus(200, await finish(ada, done?.id ?? '')).body;
    for (let twice = 0; twice < 2; twice++) {
      for (const run of [none, some, done]) await closeRun(run?.id ?? '', deps, new Date());
    }
    expect(await runOf(ada, none?.id ?? '')).toMatchObject({ status: 'ABANDONED' });
    expect(await runOf(ada, some?.id ?? '')).toMatchObject({ status: 'SAVED', distance_m: 900 });
    expect(await runOf(ada, done?.id ?? '')).toEqual(saved);
  });
});

describe('what is captured', () => {
  it('is the path of a run that is saved, as it was judged', async () => {
    const track = lap({ at: began(), seconds: 999 });
    const id = await runWith(ada, track);
    expect(await pathOf(id, runs)).toBeUndefined();
    expectStatus(200, await finish(ada, id));
    const path = await pathOf(id, runs);
    expect(path).toMatchObject({ id, user_id: ada.id });
    expect(path?.pieces.length).toBe(1);
    const [piece = []] = path?.pieces ?? [];
    const [first, last] = [piece[0], piece.at(-1)];
    if (!first || !last) throw new Error('no path');
    expect(distance(first, last)).toBeLessThan(10);
  });
});

describe('a runner who leaves', () => {
  it('takes every point along', async () => {
    const eve = await newPerson('eve');
    const [open, ended] = [
      await runWith(eve, straight({ at: began(), seconds: 300 })),
      await runWith(eve, straight({ at: began(), seconds: 300 })),
    ];
    expectStatus(200, await finish(eve, ended));
    expectStatus(204, await eve.ask('DELETE', `/api/v1/users/${eve.id}`));
    for (const id of [open, ended]) {
      expect(await runs.find(id)).toBeUndefined();
      for await (const batch of runs.batchesOf(id)) throw new Error(`batch ${batch.seq} is left`);
      expectStatus(404, await eve.ask('GET', `/api/v1/game/runs/${id}`));
    }
  });
});
