import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { occurrenceId } from '../../src/reminders/occurrence.ts';
import { setFaults } from '../support/faults.ts';
import {
  inboxOf,
  inSeconds,
  occurrencesOf,
  read,
  remind,
  settled,
  settledTrace,
  traceOf,
  until,
} from '../support/lifecycle.ts';
import { tableName, tables } from '../support/tables.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

let owner: Person;

beforeAll(async () => {
  owner = await newPerson('reminders');
});

afterEach(() => setFaults([]));

const DAY = 86_400;
const tomorrow = { at: inSeconds(DAY), timeZone: 'UTC' };
const valid = { title: 'Tea', message: 'It is ready', schedule: tomorrow };
const post = (body: object, headers = {}) => owner.ask('POST', '/api/v1/reminders', { body, headers });
const Page = z.object({
  items: z.array(z.object({ id: z.string(), status: z.string() })),
  cursor: z.string().optional(),
});

describe('setting a reminder', () => {
  it('answers with the reminder and where it is', async () => {
    const body = {
      ...valid,
      schedule: { at: '2031-12-01T09:00:00', timeZone: 'Europe/Warsaw' },
      channels: ['email', 'inbox'],
    };
    const answer = expectStatus(201, await post(body));
    expect(answer.body).toMatchObject({
      ...body,
      status: 'SCHEDULED',
      revision: 1,
      nextDueAt: '2031-12-01T08:00:00.000Z',
    });
    const location = answer.headers.get('location') ?? '';
    const found = expectStatus(200, await owner.ask('GET', location));
    expect(found.body).toEqual(answer.body);
    expect(found.headers.get('etag')).toBe('"1"');
  });

  it('takes the zone of the person where none is named', async () => {
    expectStatus(200, await owner.ask('PATCH', '/api/v1/users/me', { body: { time_zone: 'Asia/Kolkata' } }));
    const answer = expectStatus(201, await post({ ...valid, schedule: { at: '2031-06-01T09:00' } }));
    expect(answer.body).toMatchObject({
      nextDueAt: '2031-06-01T03:30:00.000Z',
      schedule: { timeZone: 'Asia/Kolkata' },
    });
  });

  it('twice with one Idempotency-Key sets one; with another content it is refused', async () => {
    const headers = { 'idempotency-key': `key-${owner.id}` };
    const soon = { ...valid, schedule: { at: inSeconds(60), timeZone: 'UTC' } };
    const [first, again] = [await post(soon, headers), await post(soon, headers)];
    expect(again.body).toEqual(first.body);
    expect((await post({ ...soon, title: 'Coffee' }, headers)).status).toBe(422);
  });

  it.each([
    ['a past moment', { schedule: { at: '2020-01-01T09:00', timeZone: 'UTC' } }, 'schedule.at'],
    ['an impossible date', { schedule: { at: '2031-02-30T09:00', timeZone: 'UTC' } }, 'schedule.at'],
    ['an offset in the wall time', { schedule: { at: '2031-02-20T09:00:00Z', timeZone: 'UTC' } }, 'schedule.at'],
    ['an unknown zone', { schedule: { at: '2031-01-01T09:00', timeZone: 'Mars/Olympus' } }, 'schedule.timeZone'],
    [
      'a rule that never fires',
      { schedule: { at: '2031-01-01T09:00', timeZone: 'UTC', rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' } },
      'schedule.rrule',
    ],
    [
      'a malformed rule',
      { schedule: { at: '2031-01-01T09:00', timeZone: 'UTC', rrule: 'FREQ=SOMETIMES' } },
      'schedule.rrule',
    ],
    ['a variable that is not there', { message: 'Hi {{ nobody }}' }, 'message'],
    ['broken Liquid', { title: '{{ open' }, 'title'],
    ['an unknown channel', { channels: ['pigeon'] }, 'channels.0'],
    ['a channel twice', { channels: ['inbox', 'inbox'] }, 'channels'],
    [
      'an event that is not there',
      { schedule: { eventId: '7d6f0d5e-8d2e-4c56-9f0e-3a6c1b5f0a11', before: 'PT5M' } },
      'schedule.eventId',
    ],
    [
      'a person who is not there',
      { audience: { kind: 'users', userIds: ['7d6f0d5e-8d2e-4c56-9f0e-3a6c1b5f0a11'] } },
      'audience.userIds.0',
    ],
    ['no title', { title: ' ' }, 'title'],
    ['half a surrogate pair', { message: 'x\ud800y' }, 'message'],
    ['a number that no table holds', { variables: { a: 1e200 } }, 'variables.a'],
    ['a variable named like what every object has', { variables: { constructor: 'x' } }, 'variables.constructor'],
    [
      'a variable that has a value in no case',
      { message: '{% if false %}{% assign v = 1 %}{% endif %}{{ v }}' },
      'message',
    ],
    ['a limit before it is due', { notAfter: '2020-01-01T00:00:00Z' }, 'notAfter'],
    ['a limit of nothing', { notAfter: 'PT0S' }, 'notAfter'],
    ['a field that is none', { titel: 'Tea' }, 'titel'],
  ])('refuses %s and says where', async (_, wrong, field) => {
    const answer = await post({ ...valid, ...wrong });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.errors).toContainEqual({ field, reason: expect.any(String) });
  });

  it('is repeated by its key also when its moment has passed', async () => {
    const headers = { 'idempotency-key': `past-${owner.id}` };
    const body = { ...valid, schedule: { at: inSeconds(3), timeZone: 'UTC' }, channels: ['inbox'] };
    const { id } = z.object({ id: z.string() }).parse(expectStatus(201, await post(body, headers)).body);
    await settled(owner, id);
    expect(expectStatus(201, await post(body, headers)).body).toMatchObject({ id, status: 'COMPLETED' });
  });

  it('is refused with the token of an account that is gone', async () => {
    const ghost = await newPerson('ghost');
    expectStatus(204, await ghost.ask('DELETE', '/api/v1/users/me'));
    expect((await ghost.ask('POST', '/api/v1/reminders', { body: valid })).status).toBe(403);
    const event = { title: 'Seance', starts_at: tomorrow };
    expect((await ghost.ask('POST', '/api/v1/events', { body: event })).status).toBe(403);
  });

  it('reaches the people of its audience', async () => {
    const friend = await newPerson('friend');
    const reminder = await remind(owner, 3, { audience: { kind: 'users', userIds: [friend.id] } });
    const { deliveries } = await settledTrace(owner, reminder.id);
    expect(deliveries).toMatchObject([{ userId: friend.id, outcome: 'DELIVERED' }]);
    expect(await inboxOf(friend, reminder.id)).toBe(1);
  });
});

describe('the list of reminders', () => {
  it('comes in pages, newest first, by status if asked', async () => {
    const lister = await newPerson('lister');
    const set = [];
    for (let n = 0; n < 5; n++) set.push((await remind(lister, DAY)).id);
    expectStatus(200, await lister.ask('POST', `/api/v1/reminders/${set[0]}/cancel`));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? '?limit=2' : `?limit=2&cursor=${encodeURIComponent(cursor)}`;
      const page = Page.parse(expectStatus(200, await lister.ask('GET', `/api/v1/reminders${query}`)).body);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor);
    expect(seen).toEqual([...set].reverse());
    const cancelled = Page.parse((await lister.ask('GET', '/api/v1/reminders?status=CANCELLED')).body);
    expect(cancelled.items.map(({ id }) => id)).toEqual([set[0]]);
  });

  it('refuses a cursor that was tampered with, or is somebody else’s', async () => {
    const [a, b] = [await newPerson('a'), await newPerson('b')];
    for (let n = 0; n < 2; n++) await remind(a, DAY);
    const { cursor = '' } = Page.parse((await a.ask('GET', '/api/v1/reminders?limit=1')).body);
    const use = (person: Person, text: string) =>
      person.ask('GET', `/api/v1/reminders?limit=1&cursor=${encodeURIComponent(text)}`);
    expect((await use(a, cursor)).status).toBe(200);
    for (const answer of [await use(b, cursor), await use(a, `x${cursor}`), await use(a, 'nonsense')]) {
      expect(answer.body).toMatchObject({ status: 400, errors: [{ field: 'cursor' }] });
    }
  });
});

describe('a reminder', () => {
  it('tells its next moments before any has come, across a clock change', async () => {
    const schedule = {
      at: '2031-03-29T09:00:00',
      timeZone: 'Europe/Warsaw',
      rrule: 'FREQ=DAILY;COUNT=3',
      exdates: ['2031-03-31T09:00:00'],
    };
    const { id } = z.object({ id: z.string() }).parse(expectStatus(201, await post({ ...valid, schedule })).body);
    const { body } = expectStatus(200, await owner.ask('GET', `/api/v1/reminders/${id}/next?count=5`));
    expect(body).toEqual({
      items: [
        { at: '2031-03-29T09:00:00+01:00', instant: '2031-03-29T08:00:00.000Z', timeZone: 'Europe/Warsaw' },
        { at: '2031-03-30T09:00:00+02:00', instant: '2031-03-30T07:00:00.000Z', timeZone: 'Europe/Warsaw' },
      ],
    });
  });

  it('changes only for who has seen its latest revision', async () => {
    const { id } = await remind(owner, DAY);
    const change = (title: string, revision: string) =>
      owner.ask('PATCH', `/api/v1/reminders/${id}`, { body: { title }, headers: { 'if-match': revision } });
    expect(expectStatus(200, await change('Coffee', '"1"')).body).toMatchObject({ title: 'Coffee', revision: 2 });
    expect((await change('Milk', '"1"')).status).toBe(412);
    expect((await owner.ask('PATCH', `/api/v1/reminders/${id}`, { body: {} })).status).toBe(400);
  });

  it('is gone when it is deleted, and what it sent before stays sent', async () => {
    const reminder = await remind(owner, 3);
    const { id } = await settled(owner, reminder.id);
    expect((await owner.ask('DELETE', `/api/v1/reminders/${reminder.id}`)).status).toBe(204);
    expect((await owner.ask('GET', `/api/v1/reminders/${reminder.id}`)).status).toBe(404);
    expect((await owner.ask('GET', `/api/v1/occurrences/${id}`)).status).toBe(404);
    expect(await deliveryStore(tables(), tableName('deliveries')).find(id)).toBeUndefined();
    expect(await inboxOf(owner, reminder.id)).toBe(1);
  });

  it('that is cancelled while it is being delivered sends nothing more', async () => {
    await setFaults([{ service: 'ses', action: 'SendEmail', times: 100, status: 503 }]);
    const schedule = { at: inSeconds(3), timeZone: 'UTC', rrule: 'FREQ=DAILY' };
    const reminder = await remind(owner, 3, { schedule, channels: ['email'] });
    const occurrence = await until('the delivery', async () => (await occurrencesOf(owner, reminder.id))[0]);
    await until('the first attempt', async () =>
      (await traceOf(owner, occurrence.id)).deliveries.some(({ attempts }) => attempts > 0) ? true : undefined,
    );
    expectStatus(200, await owner.ask('POST', `/api/v1/reminders/${reminder.id}/cancel`));
    // A try that has begun before goes through, so the provider stays down until the end.
    const { deliveries } = await settledTrace(owner, reminder.id, 60);
    expect(deliveries).toMatchObject([{ channel: 'email', outcome: 'SUPPRESSED', reason: 'REMINDER_WITHDRAWN' }]);
    expect((await read(owner, reminder.id)).status).toBe('CANCELLED');
  }, 90_000);

  it('whose selection died halfway is selected anew', async () => {
    const reminder = await remind(owner, 3);
    const id = occurrenceId(reminder.id, reminder.nextDueAt ?? '');
    const content = { key: 'reminder', category: 'reminders' as const, title: 'Half', message: 'done', variables: {} };
    const deliveries = deliveryStore(tables(), tableName('deliveries'));
    await deliveries.begin({ id, content, run: 1 }, new Date());
    await deliveries.addBatches(id, [{ name: 'email#00007', recipients: ['nobody'], rows: [] }], new Date());
    const trace = await settledTrace(owner, reminder.id);
    expect(trace.deliveries).toMatchObject([{ userId: owner.id, channel: 'inbox', outcome: 'DELIVERED' }]);
  });

  it('is as good as not there for anybody else', async () => {
    const { id } = await remind(owner, DAY);
    const other = await newPerson('other');
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/cancel'],
      ['GET', '/next'],
      ['GET', '/occurrences'],
    ]) {
      expect((await other.ask(method ?? '', `/api/v1/reminders/${id}${path}`)).status).toBe(404);
    }
    expect((await read(owner, id)).status).toBe('SCHEDULED');
  });
});
