import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { SHARDS } from '../../src/shared/shard.ts';
import { inbox } from '../support/accounts.ts';
import { setFaults } from '../support/faults.ts';
import { create, ListByCursor, listOf, listWith, locationOf, mark, notify, traced } from '../support/notifications.ts';
import { addPeople } from '../support/people.ts';
import { tableName, tables } from '../support/tables.ts';
import { type Answer, expectStatus, newMember, newPerson, type Person } from './person.ts';

const notifications = notificationStore(tables(), tableName('notifications'));

let sender: Person;
let admin: Person;

beforeAll(async () => {
  sender = await newMember('service', 'senders');
  admin = await newMember('boss', 'admins');
});

afterEach(() => setFaults([]));

const post = (person: Person, more: object = {}) => notify(sender, { user_id: person.id, key: 'new_post', ...more });

/** Items in a person's inbox, put there at the instants given, oldest first; their ids. */
async function given(person: Person, count: number, key = 'new_post', from = Date.now() - 60_000): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const created_at = new Date(from + n * 1000).toISOString();
    ids.push(await inbox.add({ user_id: person.id, source_id: randomUUID(), key, data: { n }, created_at }));
  }
  return ids;
}

async function withExternalId(name: string) {
  const person = await newPerson(name);
  const externalId = randomBytes(12).toString('hex');
  const body = { external_id: externalId };
  expectStatus(200, await admin.ask('PUT', `/api/v1/users/${person.id}/external-id`, { body }));
  return { person, externalId };
}

describe('the format of an existing service', () => {
  it('create, list, read, list', async () => {
    const ada = await newPerson('ada');
    const from = Math.floor(Date.now() / 1000);
    const data = { text: 'Hi', nested: { list: [1, 2.5, 'three', null, true, { four: '4' }] }, empty: '', none: null };
    const answer = await create(sender, { user_id: ada.id, target_id: 'chat-7', key: 'new_message', data });
    expect([answer.status, answer.body]).toEqual([201, { success: true }]);

    const list = await listWith(ada, 1);
    const [item] = list.list;
    expect(list).toEqual({
      elements: 1,
      new: 1,
      request: { user_id: ada.id, skip: 0, limit: 20 },
      list: [
        {
          id: expect.stringMatching(/^[0-9a-f]{24}$/),
          timestamp: expect.any(Number),
          is_new: true,
          user_id: ada.id,
          key: 'new_message',
          target_id: 'chat-7',
          data,
        },
      ],
    });
    expect(item?.timestamp).toBeGreaterThanOrEqual(from);
    expect(item?.timestamp).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000));

    for (const time of ['first', 'second']) {
      const read = await mark(ada, 'read', item?.id ?? '');
      expect([time, read.status, read.body]).toEqual([time, 200, { success: true }]);
    }
    expect(await listOf(ada)).toEqual({ ...list, new: 0, list: [{ ...item, is_new: false }] });
  });

  it('takes what is optional as absent or null, and answers every field all the same', async () => {
    const ada = await newPerson('ada');
    await post(ada);
    await post(ada, { target_id: null, data: null });
    const { list } = await listWith(ada, 2);
    expect(list.map(({ target_id, data }) => ({ target_id, data }))).toEqual([
      { target_id: null, data: {} },
      { target_id: null, data: {} },
    ]);
  });

  it('lists newest first, from skip, at most limit, and ignores parameters that it does not know', async () => {
    const ada = await newPerson('ada');
    const ids = (await given(ada, 5)).reverse();
    const page = await listOf(ada, `user_id=${ada.id}&skip=1&limit=3&_=123`);
    expect(page.list.map(({ id }) => id)).toEqual(ids.slice(1, 4));
    expect({ ...page, list: [] }).toEqual({
      elements: 5,
      new: 5,
      request: { user_id: ada.id, skip: 1, limit: 3 },
      list: [],
    });
    expect((await listOf(ada, `user_id=${ada.id}&skip=5&limit=3`)).list).toEqual([]);
  });

  it.each([
    ['registration', ['email']],
    ['new_message', ['inbox']],
    ['new_post', ['inbox']],
    ['new_login', ['email', 'inbox']],
  ])('%s goes out by %j', async (key, channels) => {
    const ada = await newPerson('ada');
    const trace = await traced(sender, await notify(sender, { user_id: ada.id, key, data: {} }));
    expect(trace.deliveries.map(({ channel }) => channel).sort()).toEqual(channels);
    expect((await listOf(ada)).elements).toBe(channels.includes('inbox') ? 1 : 0);
  });

  it('takes ids of another system, and answers with the id that it was asked by', async () => {
    const { person, externalId } = await withExternalId('ada');
    const location = await notify(sender, { user_id: externalId, key: 'new_post' });
    const list = await listWith(person, 1, `user_id=${externalId}`);
    expect([list.request.user_id, list.list[0]?.user_id]).toEqual([externalId, externalId]);
    const id = list.list[0]?.id ?? '';
    expect((await listOf(person)).list[0]).toMatchObject({ id, user_id: person.id });
    expect((await traced(sender, location)).deliveries.map((each) => each.user_id)).toEqual([externalId]);
    expect((await mark(person, 'read', id, externalId)).body).toEqual({ success: true });
    expect((await listOf(person)).new).toBe(0);
    const stranger = await newPerson('stranger');
    expect((await mark(stranger, 'read', id, externalId)).status).toBe(403);
  });
});

describe('what goes wrong', () => {
  const Problem = z.strictObject({
    success: z.literal(false),
    type: z.string().regex(/^urn:carillon:problem:[a-z-]+$/),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    errors: z.array(z.strictObject({ field: z.string(), reason: z.string() })).optional(),
    instance: z.string(),
  });

  function problemOf(answer: Answer) {
    const problem = Problem.parse(answer.body);
    expect([answer.headers.get('content-type'), problem.status]).toEqual(['application/problem+json', answer.status]);
    return problem;
  }

  it.each<[string, object, string]>([
    ['a key that is none', { key: 'new_moon' }, 'key'],
    ['a user who does not exist', { user_id: randomUUID() }, 'user_id'],
    ['an external id that nobody has', { user_id: randomBytes(12).toString('hex') }, 'user_id'],
    ['nobody at all', { user_id: undefined }, 'user_id'],
    ['one and many', { user_ids: ['a', 'b'] }, 'user_id'],
    ['many who are none', { user_id: undefined, user_ids: [] }, 'user_ids'],
    ['more than 1,000', { user_id: undefined, user_ids: Array.from({ length: 1001 }, String) }, 'user_ids'],
    ['data that is no object', { data: [1] }, 'data'],
    ['a number that would come back as another one', { data: { a: [{ b: 2 ** 53 }] } }, 'data.a.0.b'],
    ['a number too small for the table', { data: { tiny: 1e-200 } }, 'data.tiny'],
    ['data without end', { data: { deep: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]] } }, `data.deep${'.0'.repeat(16)}`],
    ['a name too long for the table', { key: 'registration', data: { ['k'.repeat(70_000)]: 1 } }, 'data'],
    [
      'a name that the table takes for a type',
      { data: { a: { constructor: { name: 'String' } } } },
      'data.a.constructor',
    ],
    ['a field without a name', { data: { outer: { '': 1 } } }, 'data.outer'],
    ['too much data', { data: { text: 'x'.repeat(30_000) } }, 'data'],
    ['a subject that is no text', { key: 'registration', data: { subject: 1 } }, 'data.subject'],
    ['a field that is none', { targetid: '7' }, 'targetid'],
  ])('is named: %s', async (_, change, field) => {
    const ada = await newPerson('ada');
    const { errors, status } = problemOf(await create(sender, { user_id: ada.id, key: 'new_post', ...change }));
    expect([status, errors?.map((each) => each.field)]).toEqual([400, [field]]);
    expect((await listOf(ada)).elements).toBe(0);
  });

  it('a wrong key lists the right ones', async () => {
    const { detail } = problemOf(await create(sender, { user_id: sender.id, key: 'new_moon' }));
    for (const key of ['registration', 'new_message', 'new_post', 'new_login']) expect(detail).toContain(key);
  });

  it('has the same form whatever it is', async () => {
    const [ada, bob] = [await newPerson('ada'), await newPerson('bob')];
    const [item = ''] = await given(ada, 1);
    const body = { user_id: ada.id, key: 'new_post' };
    const path = '/api/v1/notifications';
    const answers = await Promise.all([
      create(ada, body),
      create(admin, body),
      listOtherwise(bob, ada.id),
      mark(bob, 'read', item, ada.id),
      mark(bob, 'read', item),
      mark(ada, 'read', 'f'.repeat(24)),
      mark(ada, 'archive', randomUUID()),
      ada.ask('GET', `${path}/${randomUUID()}`),
      sender.ask('GET', `${path}/${randomUUID()}`),
      ada.ask('GET', `${path}/list?user_id=${ada.id}&limit=0`),
      ada.ask('GET', `${path}/list`),
      sender.ask('POST', `${path}/create`, { text: '{"user_id":' }),
      sender.ask('POST', `${path}/create`, { text: JSON.stringify({ x: 'x'.repeat(200_000) }) }),
      sender.ask('POST', `${path}/create`, { text: 'a=1', headers: { 'content-type': 'text/plain' } }),
    ]);
    expect(answers.map((answer) => problemOf(answer).status)).toEqual([
      403, 403, 403, 403, 404, 404, 404, 403, 404, 400, 400, 400, 413, 415,
    ]);
    expect((await listOf(ada)).new).toBe(1);
  });

  const listOtherwise = (person: Person, userId: string) =>
    person.ask('GET', `/api/v1/notifications/list?user_id=${userId}`);
});

describe('an inbox', () => {
  it('goes on by cursor, filtered or not, while new items come in', async () => {
    const ada = await newPerson('ada');
    const posts = (await given(ada, 7)).reverse();
    const logins = (await given(ada, 3, 'new_login', Date.now() - 30_000)).reverse();
    const byCursor = async (filter: string) => {
      const pages: string[][] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const path = `/api/v1/notifications/list?user_id=${ada.id}&limit=3${filter}&cursor=${cursor}`;
        const { data } = ListByCursor.parse(expectStatus(200, await ada.ask('GET', path)).body);
        pages.push(data.list.map(({ id }) => id));
        cursor = data.cursor;
      }
      return pages;
    };
    expect((await byCursor('')).flat()).toEqual([...logins, ...posts]);
    expect((await byCursor('&key=new_post')).flat()).toEqual(posts);
    const [newest = '', ...rest] = posts;
    expectStatus(200, await mark(ada, 'read', newest));
    expect((await byCursor('&key=new_post&is_new=true')).flat()).toEqual(rest);
    expect((await byCursor('&is_new=false')).flat()).toEqual([newest]);
    expect((await byCursor('&key=none')).flat()).toEqual([]);

    const first = `/api/v1/notifications/list?user_id=${ada.id}&limit=3`;
    const { cursor } = ListByCursor.parse((await ada.ask('GET', `${first}&cursor=`)).body).data;
    await given(ada, 1, 'new_post', Date.now());
    const second = ListByCursor.parse((await ada.ask('GET', `${first}&cursor=${cursor}`)).body).data;
    expect(second.list.map(({ id }) => id)).toEqual(posts.slice(0, 3));
    expect(second.elements).toBe(11);

    const bob = await newPerson('bob');
    for (const wrong of [`user_id=${bob.id}&cursor=${cursor}`, `user_id=${bob.id}&cursor=&skip=1`]) {
      expect((await bob.ask('GET', `/api/v1/notifications/list?${wrong}`)).status).toBe(400);
    }
  });

  it('filters in the format of skip and limit too, and tells of the whole inbox all the same', async () => {
    const ada = await newPerson('ada');
    const posts = (await given(ada, 5)).reverse();
    await given(ada, 4, 'new_login', Date.now() - 30_000);
    const page = await listOf(ada, `user_id=${ada.id}&skip=1&limit=2&key=new_post&is_new=true`);
    expect(page.list.map(({ id }) => id)).toEqual(posts.slice(1, 3));
    expect([page.elements, page.new]).toEqual([9, 9]);
  });

  it('leaves out what is archived, until it is put back as it was', async () => {
    const ada = await newPerson('ada');
    const [older = '', newer = ''] = await given(ada, 2);
    for (const time of ['first', 'second']) {
      expect([time, (await mark(ada, 'archive', older)).body]).toEqual([time, { success: true }]);
    }
    const left = await listOf(ada);
    expect([left.elements, left.new, left.list.map(({ id }) => id)]).toEqual([1, 1, [newer]]);
    const archived = await listOf(ada, `user_id=${ada.id}&archived=true`);
    expect([archived.elements, archived.list.map(({ id }) => id)]).toEqual([1, [older]]);
    expectStatus(200, await mark(ada, 'unarchive', older));
    const back = await listOf(ada);
    expect([back.elements, back.new, back.list.map(({ id }) => id)]).toEqual([2, 2, [newer, older]]);
  });

  it('is read all at once, up to what the person has seen', async () => {
    const ada = await newPerson('ada');
    const [, second = ''] = await given(ada, 4);
    const readAll = async (more = '') =>
      expectStatus(200, await ada.ask('POST', `/api/v1/notifications/read-all?user_id=${ada.id}${more}`)).body;
    expect(await readAll(`&up_to=${second}`)).toEqual({ success: true, data: { marked: 2, more: false } });
    expect((await listOf(ada)).list.map(({ is_new }) => is_new)).toEqual([true, true, false, false]);
    expect(await readAll()).toEqual({ success: true, data: { marked: 2, more: false } });
    expect(await readAll()).toEqual({ success: true, data: { marked: 0, more: false } });
    await given(ada, 1, 'new_post', Date.now());
    expect((await listOf(ada)).new).toBe(1);
  });

  it('of thousands is searched and read in several calls', async () => {
    const ada = await newPerson('ada');
    const begun = Date.now() - 9_000_000;
    const groups = Array.from({ length: 50 }, (_, n) => given(ada, 42, 'new_post', begun + n * 50_000));
    const oldest = (await Promise.all(groups))[0]?.[0] ?? '';
    expectStatus(200, await mark(ada, 'read', oldest));
    const found = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const path = `/api/v1/notifications/list?user_id=${ada.id}&is_new=false&cursor=${cursor}`;
      const { data } = ListByCursor.parse(expectStatus(200, await ada.ask('GET', path)).body);
      found.push(data.list.map(({ id }) => id));
      cursor = data.cursor;
    }
    expect(found).toEqual([[], [oldest]]);
    expect((await listOf(ada, `user_id=${ada.id}&is_new=false`)).list.map(({ id }) => id)).toEqual([oldest]);

    const path = `/api/v1/notifications/read-all?user_id=${ada.id}`;
    const marked = [await ada.ask('POST', path), await ada.ask('POST', path), await ada.ask('POST', path)];
    expect(marked.map(({ body }) => body.data)).toEqual([
      { marked: 1000, more: true },
      { marked: 1000, more: true },
      { marked: 99, more: false },
    ]);
    const { elements, new: left } = await listOf(ada);
    expect([elements, left]).toEqual([2100, 0]);
  }, 120_000);

  it('counts right while fifty create and mark as read at once', async () => {
    const ada = await newPerson('ada');
    const ids = await given(ada, 25);
    const creations = Array.from({ length: 25 }, (_, n) => post(ada, { data: { n } }));
    const readings = ids.map((id) => mark(ada, 'read', id));
    await Promise.all([...creations, ...readings]);
    const list = await listWith(ada, 50, `user_id=${ada.id}&limit=100`, 90);
    const recounted = list.list.filter(({ is_new }) => is_new).length;
    expect([list.list.length, list.new, recounted]).toEqual([50, 25, 25]);
    const unread = await ada.ask('GET', `/api/v1/notifications/unread-count?user_id=${ada.id}`);
    expect(unread.body).toEqual({ success: true, data: { unread_count: 25 } });
    expect(new Set(list.list.map(({ id }) => id)).size).toBe(50);
  }, 120_000);
});

describe('one notification for many', () => {
  it('reaches each of a thousand once, and tells of every delivery', async () => {
    const { ids } = await addPeople(1000);
    const location = await notify(sender, { user_ids: ids, key: 'new_message', target_id: 'all', data: { n: 1 } });
    const trace = await traced(sender, location, 100);
    expect([trace.recipients, trace.tally]).toEqual([1000, { sent: 1000, suppressed: 0, failed: 0 }]);
    expect(trace.deliveries.map(({ user_id }) => user_id).sort()).toEqual(ids.toSorted());
    for (let n = 0; n < ids.length; n += 100) {
      const some = await Promise.all(ids.slice(n, n + 100).map((id) => inbox.count(id)));
      expect(some).toEqual(Array.from({ length: 100 }, () => ({ elements: 1, unread: 1 })));
    }
  }, 180_000);

  it('counts the same user once, by whichever id, and tells who is unknown', async () => {
    const { person, externalId } = await withExternalId('ada');
    const [bob, nobody, neither] = [await newPerson('bob'), randomUUID(), randomBytes(12).toString('hex')];
    const user_ids = [externalId, bob.id, bob.id, person.id, nobody, neither];
    const trace = await traced(sender, await notify(sender, { user_ids, key: 'new_post' }));
    expect(trace.tally).toEqual({ sent: 2, suppressed: 2, failed: 0 });
    const told = trace.deliveries.map(({ user_id, reason }) => `${user_id} ${reason}`).sort();
    const asked = told.find((each) => each.endsWith('ADDED_TO_INBOX') && !each.startsWith(bob.id))?.split(' ')[0] ?? '';
    expect([externalId, person.id]).toContain(asked);
    expect(told).toEqual(
      [
        `${bob.id} ADDED_TO_INBOX`,
        `${asked} ADDED_TO_INBOX`,
        `${nobody} USER_UNKNOWN`,
        `${neither} USER_UNKNOWN`,
      ].sort(),
    );
    for (const each of [person, bob]) expect((await listOf(each)).elements).toBe(1);
  });

  it('tells why somebody did not get it', async () => {
    const [ada, bob] = [await newPerson('ada'), await newPerson('bob')];
    const body = { categories: { posts: { enabled: false } } };
    expectStatus(200, await ada.ask('PUT', `/api/v1/users/${ada.id}/preferences`, { body }));
    const trace = await traced(sender, await notify(sender, { user_ids: [ada.id, bob.id], key: 'new_post' }));
    expect(trace.deliveries.find(({ user_id }) => user_id === ada.id)).toMatchObject({
      channel: 'inbox',
      outcome: 'SUPPRESSED',
      reason: 'CHANNEL_NOT_PREFERRED',
      explanation: expect.any(String),
    });
    expect(trace.tally).toEqual({ sent: 1, suppressed: 1, failed: 0 });
    expect((await listOf(ada)).elements).toBe(0);
  });

  it('shows its sender no address', async () => {
    const ada = await newPerson('ada');
    const location = await notify(sender, { user_id: ada.id, key: 'new_login' });
    await traced(sender, location);
    const shown = JSON.stringify((await sender.ask('GET', location)).body);
    expect(shown).not.toContain(ada.email);
    expect(Object.keys((await admin.ask('GET', location)).body)).toEqual(['success', 'data']);
  });
});

describe('a creation', () => {
  it.each([
    ['one', (ids: string[]) => ({ user_id: ids[0] })],
    ['many', (ids: string[]) => ({ user_ids: ids })],
  ])('for %s is repeated ten times at once without a second notification', async (_, whom) => {
    const ada = await newPerson('ada');
    const { ids } = await addPeople(40);
    const body = { ...whom([ada.id, ...ids]), key: 'new_post' };
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(sender, body, key)));
    expect(answers.map((answer) => answer.body)).toEqual(Array.from({ length: 10 }, () => ({ success: true })));
    const [location = '', ...others] = new Set(answers.map(locationOf));
    expect(others).toEqual([]);
    await traced(sender, location);
    expect(locationOf(await create(sender, body, key))).toBe(location);
    expect((await listOf(ada)).elements).toBe(1);

    const other = await create(sender, { ...body, key: 'new_message' }, key);
    expect([other.status, other.body.success]).toEqual([422, false]);
    const another = await newMember('service', 'senders');
    expect(locationOf(await create(another, body, key))).not.toBe(location);
    await listWith(ada, 2);
  });

  const isOpen = async (id: string) => {
    const until = new Date(Date.now() + 1000);
    const shards = Array.from({ length: SHARDS }, (_, n) => Array.fromAsync(notifications.open(n, until)));
    return (await Promise.all(shards)).flat().find((each) => each.id === id);
  };

  it('whose execution could not be started is accepted, kept open, and started by the same request', async () => {
    const ada = await newPerson('ada');
    const body = { user_id: ada.id, key: 'new_post' };
    const key = randomUUID();
    await setFaults([{ service: 'states', action: 'StartExecution', times: 10, status: 503 }]);
    const location = locationOf(await create(sender, body, key));
    await setFaults([]);
    const id = location.split('/').at(-1) ?? '';
    expect(await isOpen(id)).toMatchObject({ id, run: 1 });
    expect((await sender.ask('GET', location)).body).toMatchObject({ data: { status: 'ACCEPTED', deliveries: [] } });
    expect(locationOf(await create(sender, body, key))).toBe(location);
    await traced(sender, location);
    expect((await listOf(ada)).elements).toBe(1);
    expect(await isOpen(id)).toBeUndefined();
  });

  it('whose answer from Step Functions is lost is started once', async () => {
    const ada = await newPerson('ada');
    await setFaults([{ service: 'states', action: 'StartExecution', times: 1, lost: true }]);
    await traced(sender, await post(ada));
    expect((await listOf(ada)).elements).toBe(1);
  });

  it('is taken over once by whoever starts it again, and not after it has ended', async () => {
    const { ids } = await addPeople(1);
    const id = randomUUID();
    const created_at = new Date(Date.now() - 60_000).toISOString();
    const content = { key: 'new_post', category: 'posts' as const, title: '', message: '', variables: {} };
    const notification = { id, fingerprint: id, sender_id: 'test', recipients: 1, run: 1, content, created_at };
    await notifications.create({ ...notification, channels: ['inbox'] }, ids);
    const now = new Date();
    const takings = await Promise.all([2, 2, 2].map((run) => notifications.takeOver(id, run, now)));
    expect(takings.filter((taken) => taken)).toHaveLength(1);
    expect(await isOpen(id)).toMatchObject({ run: 2, due: now.toISOString() });
    await notifications.settle(id, { sent: 1, suppressed: 0, failed: 0 }, now);
    expect(await notifications.takeOver(id, 3, now)).toBe(false);
    await notifications.fail(id, now);
    expect(await notifications.find(id)).toMatchObject({ run: 2, delivered_at: now.toISOString() });
    expect(await notifications.find(id)).not.toHaveProperty('failed_at');
  });
});
