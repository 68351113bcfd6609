import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { expectStatus, newEmail, newPerson, type Person } from './person.ts';

const starts_at = { at: '2031-12-01T09:00:00', timeZone: 'Europe/Warsaw' };

let olga: Person;
let paul: Person;
let tom: Person;

beforeAll(async () => {
  [olga, paul, tom] = [await newPerson('olga'), await newPerson('paul'), await newPerson('tom')];
});

const Detail = z.object({
  id: z.string(),
  title: z.string(),
  revision: z.number(),
  members: z.array(z.object({ role: z.string(), user_id: z.string().optional(), email: z.string().optional() })),
  members_cursor: z.string().optional(),
});

const List = z.object({ items: z.array(z.object({ id: z.string() })), cursor: z.string().optional() });

async function newEvent(more: Record<string, unknown> = {}) {
  const { body } = expectStatus(
    201,
    await olga.ask('POST', '/api/v1/events', { body: { title: 'Fair', starts_at, ...more } }),
  );
  return Detail.parse(body);
}

const path = (event: { id: string }) => `/api/v1/events/${event.id}`;
const read = async (person: Person, event: { id: string }) =>
  Detail.parse(expectStatus(200, await person.ask('GET', path(event))).body);
const change = (person: Person, event: { id: string }, body: unknown, headers: Record<string, string> = {}) =>
  person.ask('PATCH', path(event), { body, headers });

describe('an event', () => {
  it('is there for its owner and its members, by user id and by email, and for nobody else', async () => {
    const rita = await newPerson('rita');
    const made = await olga.ask('POST', '/api/v1/events', {
      body: {
        title: 'Fair',
        place: 'Hall',
        starts_at,
        members: [{ user_id: paul.id }, { email: rita.email.toUpperCase() }],
      },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      title: 'Fair',
      place: 'Hall',
      starts_at: { ...starts_at, instant: '2031-12-01T08:00:00.000Z' },
      owner_id: olga.id,
      revision: 1,
    });
    expect(made.body).not.toHaveProperty('fingerprint');
    const event = Detail.parse(made.body);
    expect(made.headers.get('location')).toBe(path(event));

    for (const person of [olga, paul, rita]) {
      const found = await person.ask('GET', path(event));
      expect([found.status, found.headers.get('etag')]).toEqual([200, '"1"']);
      const list = List.parse((await person.ask('GET', '/api/v1/events')).body);
      expect(list.items.map(({ id }) => id)).toContain(event.id);
    }
    expect((await tom.ask('GET', path(event))).status).toBe(404);
    expect((await tom.ask('GET', `${path(event)}/members`)).status).toBe(404);
    expect(List.parse((await tom.ask('GET', '/api/v1/events')).body).items).toEqual([]);
  });

  it('shows addresses to its owner only', async () => {
    const invited = newEmail('nobody');
    const event = await newEvent({ members: [{ email: paul.email }, { user_id: tom.id }, { email: invited }] });
    expect(event.members).toEqual(
      expect.arrayContaining([
        { role: 'owner', user_id: olga.id },
        { role: 'member', user_id: paul.id, email: paul.email },
        { role: 'member', user_id: tom.id },
        { role: 'invitee', email: invited },
      ]),
    );
    const toTom = [await tom.ask('GET', path(event)), await tom.ask('GET', `${path(event)}/members?limit=2`)];
    expect(JSON.stringify(toTom.map(({ body }) => body))).not.toMatch(/@example/);
    expect((await read(tom, event)).members).toHaveLength(3);
    expect((await read(paul, event)).members).toContainEqual({ role: 'member', user_id: paul.id, email: paul.email });
  });

  it('is on the list of somebody who was invited before there was an account', async () => {
    const email = newEmail('sven');
    const event = await newEvent({ members: [{ email }] });
    const sven = await newPerson('sven', email);
    expect((await read(sven, event)).members).toContainEqual({ role: 'member', user_id: sven.id, email });
    expect(List.parse((await sven.ask('GET', '/api/v1/events')).body).items).toEqual([
      expect.objectContaining({ id: event.id }),
    ]);
  });

  it('is made once, however often the same request comes', async () => {
    const request = { body: { title: 'Once', starts_at }, headers: { 'idempotency-key': randomUUID() } };
    const answers = await Promise.all(Array.from({ length: 5 }, () => olga.ask('POST', '/api/v1/events', request)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const other = await olga.ask('POST', '/api/v1/events', { ...request, body: { title: 'Twice', starts_at } });
    expect(other.status).toBe(422);
  });

  it.each([
    ['starts_at.at', { starts_at: { ...starts_at, at: '2031-02-30T09:00:00' } }],
    ['starts_at.timeZone', { starts_at: { ...starts_at, timeZone: 'Mars/Base' } }],
    ['members.1.user_id', { members: [{ email: 'x@example.com' }, { user_id: 'nobody' }] }],
    ['members.0.email', { members: [{ email: 'nobody' }] }],
    ['owner_id', { owner_id: 'me' }],
    ['title', { title: '' }],
  ])('is refused with the reason when %s is wrong', async (field, wrong) => {
    const answer = await olga.ask('POST', '/api/v1/events', { body: { title: 'Fair', starts_at, ...wrong } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ field, reason: expect.any(String) }]);
  });

  it('may have been long ago', async () => {
    expect((await newEvent({ starts_at: { ...starts_at, at: '1999-12-31T23:00' } })).revision).toBe(1);
  });
});

describe('a change of an event', () => {
  it('is the owner’s to make: members get 403, strangers 404', async () => {
    const event = await newEvent({ members: [{ user_id: paul.id }] });
    expect((await change(paul, event, { title: 'Mine' })).status).toBe(403);
    expect((await paul.ask('DELETE', path(event))).status).toBe(403);
    expect((await change(tom, event, { title: 'Mine' })).status).toBe(404);
    expect((await tom.ask('DELETE', path(event))).status).toBe(404);
    expect(await read(olga, event)).toMatchObject({ title: 'Fair', revision: 1 });
  });

  it('raises the revision, and is refused when the caller has seen another one', async () => {
    const event = await newEvent({ description: 'old' });
    const changed = await change(olga, event, { description: null, place: 'Yard' }, { 'if-match': '"1"' });
    expect(changed.body).toMatchObject({ revision: 2, place: 'Yard' });
    expect(changed.body).not.toHaveProperty('description');
    expect((await change(olga, event, { title: 'Late' }, { 'if-match': '"1"' })).status).toBe(412);
    expect(await read(olga, event)).toMatchObject({ title: 'Fair', revision: 2 });
  });

  it('is not lost when another one is made at the same time', async () => {
    const event = await newEvent();
    const parts = [{ title: 'New' }, { place: 'Yard' }, { description: 'Bring chairs' }];
    await Promise.all(parts.map(async (part) => expectStatus(200, await change(olga, event, part))));
    const after = (await olga.ask('GET', path(event))).body;
    expect(after).toMatchObject({ title: 'New', place: 'Yard', description: 'Bring chairs', revision: 4 });
  });

  it('brings members in and takes them out', async () => {
    const invited = newEmail('later');
    const event = await newEvent({ members: [{ email: invited }, { email: paul.email }] });
    await change(olga, event, {
      add_members: [{ user_id: tom.id }],
      remove_members: [{ email: invited }, { email: paul.email }],
    });
    expect((await read(tom, event)).members.map(({ user_id }) => user_id).sort()).toEqual([olga.id, tom.id].sort());
    expect((await paul.ask('GET', path(event))).status).toBe(404);
    expect((await read(olga, event)).revision).toBe(1);
    const leaving = await change(olga, event, { remove_members: [{ user_id: olga.id }] });
    expect(leaving.body.errors).toEqual([expect.objectContaining({ field: 'remove_members.0' })]);
  });

  it('may bring a thousand people, who are then listed page by page', async () => {
    const members = Array.from({ length: 1000 }, (_, n) => ({ email: `guest-${n}@example.com` }));
    const event = await newEvent({ members });
    expect(event.members).toHaveLength(100);
    const seen = [...event.members];
    let cursor = event.members_cursor;
    while (cursor !== undefined) {
      const page = await olga.ask('GET', `${path(event)}/members?limit=100&cursor=${encodeURIComponent(cursor)}`);
      const { items: more, cursor: next } = z
        .object({ items: Detail.shape.members, cursor: z.string().optional() })
        .parse(expectStatus(200, page).body);
      seen.push(...more);
      cursor = next;
    }
    expect(new Set(seen.map(({ email, user_id }) => email ?? user_id)).size).toBe(1001);
    expect(seen).toHaveLength(1001);
    expect((await change(olga, event, { add_members: [...members, { email: 'x@example.com' }] })).status).toBe(400);
  });
});

describe('the end of an event', () => {
  it('takes it off everybody’s list', async () => {
    const event = await newEvent({ members: [{ user_id: paul.id }] });
    expectStatus(204, await olga.ask('DELETE', path(event)));
    for (const person of [olga, paul]) {
      expect((await person.ask('GET', path(event))).status).toBe(404);
      const list = List.parse((await person.ask('GET', '/api/v1/events?limit=100')).body);
      expect(list.items.map(({ id }) => id)).not.toContain(event.id);
    }
    expect((await olga.ask('DELETE', path(event))).status).toBe(404);
  });
});

describe('a list of events', () => {
  it('comes page by page, the newest first, each event once', async () => {
    const una = await newPerson('una');
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.push((await newEvent({ members: [{ user_id: una.id }] })).id);
    const seen: string[] = [];
    let query = '?limit=2';
    for (let pages = 0; query !== '' && pages < 10; pages++) {
      const { items: events, cursor } = List.parse((await una.ask('GET', `/api/v1/events${query}`)).body);
      seen.push(...events.map(({ id }) => id));
      query = cursor === undefined ? '' : `?limit=2&cursor=${encodeURIComponent(cursor)}`;
    }
    expect(seen).toEqual(made.reverse());
  });

  it('refuses a cursor of somebody else’s list', async () => {
    const vera = await newPerson('vera');
    for (let n = 0; n < 2; n++) await newEvent({ members: [{ user_id: vera.id }] });
    const { cursor = '' } = List.parse((await vera.ask('GET', '/api/v1/events?limit=1')).body);
    const answer = await tom.ask('GET', `/api/v1/events?cursor=${encodeURIComponent(cursor)}`);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field: 'cursor' })]);
  });
});
