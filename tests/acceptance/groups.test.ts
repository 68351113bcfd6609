import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { closeGroup } from '../../src/groups/group.ts';
import { queryKeys } from '../../src/shared/dynamodb/items.ts';
import { addToGroup, groups } from '../support/groups.ts';
import { remind, settled } from '../support/lifecycle.ts';
import { tableName, tables } from '../support/tables.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

const Group = z.object({ id: z.string(), owner_id: z.string(), role: z.string(), revision: z.number() });
const Event = z.object({ id: z.string(), owner_id: z.string(), group_id: z.string().optional() });
const Page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), cursor: z.string().optional() });
const Members = Page(z.object({ user_id: z.string(), role: z.string() }));

const join = async (group: { id: string }, ...people: Person[]) => {
  for (const person of people) await addToGroup(group.id, person.id);
};

const path = ({ id }: { id: string }, more = '') => `/api/v1/groups/${id}${more}`;

async function newGroup(owner: Person, ...members: Person[]) {
  const made = expectStatus(201, await owner.ask('POST', '/api/v1/groups', { body: { name: 'Choir' } }));
  const group = Group.parse(made.body);
  await join(group, ...members);
  return group;
}

const makeAdmin = async (owner: Person, group: { id: string }, person: Person) =>
  expectStatus(200, await owner.ask('PATCH', path(group, `/members/${person.id}`), { body: { role: 'admin' } }));

const membersOf = async (viewer: Person, group: { id: string }) =>
  Object.fromEntries(
    Members.parse(expectStatus(200, await viewer.ask('GET', path(group, '/members'))).body).items.map((each) => [
      each.user_id,
      each.role,
    ]),
  );

const handOver = (owner: Person, group: { id: string }, heir: Person) =>
  owner.ask('POST', path(group, '/hand-over'), { body: { user_id: heir.id } });

const starts_at = { at: '2031-12-01T09:00:00', timeZone: 'Europe/Warsaw' };
const newEvent = async (owner: Person, group: { id: string }, more: object = {}) =>
  Event.parse(
    expectStatus(
      201,
      await owner.ask('POST', '/api/v1/events', { body: { title: 'Concert', starts_at, group_id: group.id, ...more } }),
    ).body,
  );
const eventPath = ({ id }: { id: string }) => `/api/v1/events/${id}`;
const statusOf = async (person: Person, event: { id: string }) => (await person.ask('GET', eventPath(event))).status;
const eventsOf = async (person: Person, query = '') =>
  Page(Event)
    .parse(expectStatus(200, await person.ask('GET', `/api/v1/events${query}`)).body)
    .items.map(({ id }) => id);
const commentsOn = async ({ id }: { id: string }) => {
  const rows = queryKeys(tables(), {
    TableName: tableName('comments'),
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :comment)',
    ExpressionAttributeValues: { ':pk': `event#${id}`, ':comment': 'comment#' },
  });
  return (await Array.fromAsync(rows)).length;
};
const removeAccount = async (person: Person) =>
  expectStatus(204, await person.ask('DELETE', `/api/v1/users/${person.id}`));

let [olga, adam, max, nina]: Person[] = [];

const everybody = () => {
  if (!olga || !adam || !max || !nina) throw new Error('nobody is there yet');
  return { olga, adam, max, nina };
};

beforeAll(async () => {
  [olga, adam, max, nina] = await Promise.all(['olga', 'adam', 'max', 'nina'].map((name) => newPerson(name)));
});

describe('a group', () => {
  it('is there for its members, and for nobody else', async () => {
    const { olga, max, nina } = everybody();
    const group = await newGroup(olga, max);
    expect(group).toMatchObject({ owner_id: olga.id, role: 'owner', revision: 1 });
    expect(group).not.toHaveProperty('fingerprint');
    const read = expectStatus(200, await max.ask('GET', path(group)));
    expect([read.headers.get('etag'), read.body]).toEqual(['"1"', expect.objectContaining({ role: 'member' })]);
    expect(await membersOf(max, group)).toEqual({ [olga.id]: 'owner', [max.id]: 'member' });
    for (const refused of [
      await nina.ask('GET', path(group)),
      await nina.ask('GET', path(group, '/members')),
      await nina.ask('POST', path(group, '/leave')),
      await nina.ask('GET', `/api/v1/events?group_id=${group.id}`),
    ])
      expect([refused.status, refused.body.type]).toEqual([404, 'urn:carillon:problem:group-not-found']);
  });

  it('is created once by one key', async () => {
    const { olga } = everybody();
    const headers = { 'idempotency-key': randomUUID() };
    const create = (name: string) => olga.ask('POST', '/api/v1/groups', { body: { name }, headers });
    const [first, again] = await Promise.all([create('Choir'), create('Choir')]);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(first.body).toEqual(again.body);
    expect((await create('Band')).status).toBe(422);
  });

  it('is listed page by page, the one joined last first', async () => {
    const lister = await newPerson('lister');
    const { olga } = everybody();
    const made = [await newGroup(lister), await newGroup(olga, lister), await newGroup(lister)];
    const pages = [];
    for (let query = '?limit=2'; query; ) {
      const page = Page(Group).parse(expectStatus(200, await lister.ask('GET', `/api/v1/groups${query}`)).body);
      pages.push(page.items.map(({ id, role }) => [id, role]));
      query = page.cursor === undefined ? '' : `?limit=2&cursor=${page.cursor}`;
    }
    const [first, second, third] = made.map(({ id }) => id);
    expect(pages.flat()).toEqual([
      [third, 'owner'],
      [second, 'member'],
      [first, 'owner'],
    ]);
    expect(pages[0]).toHaveLength(2);
  });

  it('is changed by who has seen it as it is', async () => {
    const { olga, adam, max } = everybody();
    const group = await newGroup(olga, adam, max);
    await makeAdmin(olga, group, adam);
    const change = (person: Person, revision: number, body: object) =>
      person.ask('PATCH', path(group), { body, headers: { 'if-match': `"${revision}"` } });
    const changed = expectStatus(200, await change(adam, 1, { name: 'Band', description: 'We play' }));
    expect(changed.body).toMatchObject({ name: 'Band', description: 'We play', revision: 2, role: 'admin' });
    expect((await change(olga, 1, { name: 'Choir' })).status).toBe(412);
    expect((await change(max, 2, { name: 'Mine' })).status).toBe(403);
  });
});

describe('the members of a group', () => {
  it('leave, and are removed by whoever may', async () => {
    const { olga, adam, max, nina } = everybody();
    const group = await newGroup(olga, adam, max, nina);
    await makeAdmin(olga, group, adam);
    const remove = async (by: Person, whom: Person) =>
      (await by.ask('DELETE', path(group, `/members/${whom.id}`))).status;
    expect(await remove(max, nina)).toBe(403);
    expect(await remove(adam, olga)).toBe(403);
    expect(await remove(adam, nina)).toBe(204);
    expect(await remove(adam, nina)).toBe(404);
    expectStatus(204, await max.ask('POST', path(group, '/leave')));
    expect((await max.ask('GET', path(group))).status).toBe(404);
    const stays = await olga.ask('POST', path(group, '/leave'));
    expect([stays.status, stays.body.type]).toEqual([409, 'urn:carillon:problem:owner-stays']);
    expect(await membersOf(olga, group)).toEqual({ [olga.id]: 'owner', [adam.id]: 'admin' });
    expect(await remove(olga, adam)).toBe(204);
  });

  it('get their roles from the owner, who hands it over', async () => {
    const { olga, adam, max } = everybody();
    const group = await newGroup(olga, adam, max);
    await makeAdmin(olga, group, adam);
    const asAdmin = await adam.ask('PATCH', path(group, `/members/${max.id}`), { body: { role: 'admin' } });
    expect(asAdmin.status).toBe(403);
    const asOwner = await olga.ask('PATCH', path(group, `/members/${max.id}`), { body: { role: 'owner' } });
    expect(asOwner.status).toBe(400);
    const handed = expectStatus(200, await handOver(olga, group, max));
    expect(handed.body).toMatchObject({ owner_id: max.id, role: 'admin', revision: 2 });
    expect(await membersOf(olga, group)).toEqual({ [olga.id]: 'admin', [adam.id]: 'admin', [max.id]: 'owner' });
    expectStatus(200, await handOver(olga, group, max));
    expect((await handOver(olga, group, adam)).status).toBe(403);
    expectStatus(204, await olga.ask('POST', path(group, '/leave')));
  });
});

describe('at the same moment', () => {
  const owners = (members: Record<string, string>) =>
    Object.entries(members).flatMap(([id, role]) => (role === 'owner' ? [id] : []));

  it('two hand-overs leave one owner', async () => {
    const { olga, adam, max } = everybody();
    const group = await newGroup(olga, adam, max);
    const answers = await Promise.all([handOver(olga, group, adam), handOver(olga, group, max)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    const owner = answers[0]?.status === 200 ? adam : max;
    expect(owners(await membersOf(olga, group))).toEqual([owner.id]);
    expect((await olga.ask('GET', path(group))).body).toMatchObject({ owner_id: owner.id, revision: 2 });
  });

  it('whoever is handed the group and leaves it either owns it or is out', async () => {
    const { olga, adam } = everybody();
    for (let round = 0; round < 4; round++) {
      const group = await newGroup(olga, adam);
      const [handed, left] = await Promise.all([handOver(olga, group, adam), adam.ask('POST', path(group, '/leave'))]);
      const members = await membersOf(olga, group);
      if (handed.status === 200) {
        expect([left.status, members]).toEqual([409, { [olga.id]: 'admin', [adam.id]: 'owner' }]);
      } else {
        expect([handed.status, left.status, members]).toEqual([404, 204, { [olga.id]: 'owner' }]);
      }
    }
  });

  it('an admin who loses the role removes somebody before that or not at all', async () => {
    const { olga, adam, max } = everybody();
    const group = await newGroup(olga, adam, max);
    await makeAdmin(olga, group, adam);
    const [demoted, removed] = await Promise.all([
      olga.ask('PATCH', path(group, `/members/${adam.id}`), { body: { role: 'member' } }),
      adam.ask('DELETE', path(group, `/members/${max.id}`)),
    ]);
    expect(demoted.status).toBe(200);
    const out = !(max.id in (await membersOf(olga, group)));
    expect([removed.status, out]).toEqual(out ? [204, true] : [403, false]);
  });

  it('ten join it, and each is in it once', async () => {
    const { olga } = everybody();
    const group = await newGroup(olga);
    const ids = Array.from({ length: 10 }, () => randomUUID());
    await Promise.all([...ids, ...ids].map((id) => addToGroup(group.id, id)));
    expect(Object.keys(await membersOf(olga, group)).sort()).toEqual([olga.id, ...ids].sort());
  });

  it('nobody joins a group that is being deleted', async () => {
    const { olga } = everybody();
    const group = await newGroup(olga);
    const ids = Array.from({ length: 5 }, () => randomUUID());
    const joining = ids.map((id) => addToGroup(group.id, id).catch(() => undefined));
    expectStatus(204, await olga.ask('DELETE', path(group)));
    await Promise.all(joining);
    expect(await Array.fromAsync(groups.members(group.id))).toEqual([]);
  });
});

describe('an event of a group', () => {
  it('is there for whoever is in the group this moment, and is changed by those who manage it', async () => {
    const { olga, adam, max, nina } = everybody();
    const group = await newGroup(olga, adam, max);
    await makeAdmin(olga, group, adam);
    const event = await newEvent(max, group);
    expect(event).toMatchObject({ group_id: group.id, owner_id: max.id });
    for (const person of [olga, adam, max]) {
      expect(await statusOf(person, event)).toBe(200);
      expect(await eventsOf(person, `?group_id=${group.id}`)).toEqual([event.id]);
    }
    expect(await statusOf(nina, event)).toBe(404);
    await join(group, nina);
    expect(await statusOf(nina, event)).toBe(200);
    const rename = async (person: Person) =>
      (await person.ask('PATCH', eventPath(event), { body: { title: 'Rehearsal' } })).status;
    expect(await rename(nina)).toBe(403);
    expect(await rename(adam)).toBe(200);
    expectStatus(204, await olga.ask('DELETE', eventPath(event)));
    expect(await statusOf(max, event)).toBe(404);
  });

  it('is lost to whoever leaves the group, also to who has made it', async () => {
    const { olga, adam, max } = everybody();
    const group = await newGroup(olga, adam, max);
    const event = await newEvent(max, group, { members: [{ user_id: adam.id }] });
    expect(await eventsOf(max)).toContain(event.id);
    expectStatus(204, await olga.ask('DELETE', path(group, `/members/${max.id}`)));
    expectStatus(204, await adam.ask('POST', path(group, '/leave')));
    expect(await statusOf(max, event)).toBe(404);
    expect(await eventsOf(max)).not.toContain(event.id);
    expect((await max.ask('DELETE', eventPath(event))).status).toBe(404);
    // Named on the event itself.
    expect(await statusOf(adam, event)).toBe(200);
  });

  it('is made by members only', async () => {
    const { olga, nina } = everybody();
    const group = await newGroup(olga);
    const body = { title: 'Concert', starts_at, group_id: group.id };
    const refused = await nina.ask('POST', '/api/v1/events', { body });
    expect([refused.status, refused.body.errors]).toEqual([400, [expect.objectContaining({ field: 'group_id' })]]);
  });

  it('goes with the group, as do its comments, and the reminders that go by it end', async () => {
    const { olga, max } = everybody();
    const group = await newGroup(olga, max);
    const soon = new Date(Math.ceil(Date.now() / 1000) * 1000 + 10_000).toISOString().slice(0, 19);
    const events = [
      await newEvent(max, group),
      await newEvent(olga, group, { starts_at: { at: soon, timeZone: 'UTC' } }),
    ];
    const reminders = [];
    for (const { id } of events) {
      const schedule = { eventId: id, before: 'PT0S' };
      reminders.push(await remind(max, 0, { schedule, audience: { kind: 'event', eventId: id } }));
    }
    const [later, now] = reminders;
    const [event] = events;
    if (!later || !now || !event) throw new Error('there are two of them');
    expectStatus(201, await max.ask('POST', `${eventPath(event)}/comments`, { body: { comment: 'Who sings?' } }));
    expect(await commentsOn(event)).toBe(1);
    await settled(max, now.id);
    expectStatus(204, await olga.ask('DELETE', path(group)));
    for (const event of events) {
      expect(await statusOf(max, event)).toBe(404);
      expect(await eventsOf(olga)).not.toContain(event.id);
    }
    expect((await max.ask('GET', `/api/v1/reminders/${later.id}`)).body).toMatchObject({ status: 'CANCELLED' });
    expect(await commentsOn(event)).toBe(0);
    expect((await olga.ask('GET', path(group))).status).toBe(404);
    expect((await olga.ask('DELETE', path(group))).status).toBe(404);
  });
});

describe('a deletion that died halfway', () => {
  it('is finished by its owner, who asks again', async () => {
    const { olga, max } = everybody();
    const group = await newGroup(olga, max);
    await newEvent(max, group);
    await groups.change(group.id, [olga.id], (circle) => closeGroup(circle, olga.id, new Date()));
    for (const person of [olga, max]) expect((await person.ask('GET', path(group))).status).toBe(404);
    expect((await max.ask('DELETE', path(group))).status).toBe(404);
    expectStatus(204, await olga.ask('DELETE', path(group), { headers: { 'if-match': '"1"' } }));
    expect(await Array.fromAsync(groups.members(group.id))).toEqual([]);
  });

  it('is finished by the removal of its owner’s account', async () => {
    const { max } = everybody();
    const leaving = await newPerson('leaving');
    const group = await newGroup(leaving, max);
    await groups.change(group.id, [leaving.id], (circle) => closeGroup(circle, leaving.id, new Date()));
    await removeAccount(leaving);
    expect(await Array.fromAsync(groups.members(group.id))).toEqual([]);
  });
});

describe('somebody whose account goes', () => {
  it('leaves their groups to the admin, else the member, who was in it longest, events included', async () => {
    const { olga, adam, max, nina } = everybody();
    const leaving = await newPerson('leaving');
    const [managed, plain, joined] = [
      await newGroup(leaving, max, adam, nina),
      await newGroup(leaving, max, nina),
      await newGroup(olga, leaving),
    ];
    await makeAdmin(leaving, managed, adam);
    await makeAdmin(leaving, managed, nina);
    const event = await newEvent(leaving, managed);
    await removeAccount(leaving);
    expect(await membersOf(max, managed)).toEqual({ [adam.id]: 'owner', [nina.id]: 'admin', [max.id]: 'member' });
    expect(await membersOf(max, plain)).toEqual({ [max.id]: 'owner', [nina.id]: 'member' });
    expect(await membersOf(olga, joined)).toEqual({ [olga.id]: 'owner' });
    const read = expectStatus(200, await max.ask('GET', eventPath(event)));
    expect(read.body).toMatchObject({ owner_id: adam.id, group_id: managed.id });
    expect(JSON.stringify(read.body)).not.toContain(leaving.id);
  });

  it('takes a group along in which nobody else is, with its events', async () => {
    const { nina } = everybody();
    const leaving = await newPerson('alone');
    const group = await newGroup(leaving);
    const event = await newEvent(leaving, group, { members: [{ user_id: nina.id }] });
    expect(await statusOf(nina, event)).toBe(200);
    await removeAccount(leaving);
    expect(await statusOf(nina, event)).toBe(404);
    await expect(groups.read(group.id, [])).rejects.toThrow('No such group');
  });
});
