import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { createGroup, joinGroup, leaveGroup } from '../../src/groups/group.ts';
import { creationFor } from '../../src/shared/http/creation.ts';
import { inboxOf, inSeconds, remind, settled, settledTrace } from '../support/lifecycle.ts';
import { addPeople } from '../support/people.ts';
import { membersIn, tables } from '../support/tables.ts';
import { type Answer, expectStatus, newPerson, type Person } from './person.ts';

const { groups } = membersIn(tables());

let olga: Person;
let paul: Person;
let rita: Person;

beforeAll(async () => {
  [olga, paul, rita] = [await newPerson('olga'), await newPerson('paul'), await newPerson('rita')];
});

const starts_at = { at: '2031-12-01T09:00:00', timeZone: 'Europe/Warsaw' };
const id = (body: unknown) => z.object({ id: z.string() }).parse(body).id;

async function newEvent(owner: Person, members: readonly string[], more: object = {}) {
  const body = { title: 'Dinner', starts_at, members: members.map((user_id) => ({ user_id })), ...more };
  return id(expectStatus(201, await owner.ask('POST', '/api/v1/events', { body })).body);
}

const Page = z.object({
  counts: z.record(z.string(), z.number()),
  items: z.array(z.object({ user_id: z.string(), answer: z.string() })),
  cursor: z.string().optional(),
});

const answer = (person: Person, event: string, to: unknown) =>
  person.ask('PUT', `/api/v1/events/${event}/answer`, { body: { answer: to } });

async function answersTo(person: Person, event: string, limit = 100) {
  const answers = new Map<string, string>();
  let counts: z.output<typeof Page>['counts'] = {};
  for (let query: string | undefined = ''; query !== undefined; ) {
    const asked: Answer = await person.ask('GET', `/api/v1/events/${event}/answers?limit=${limit}${query}`);
    const page = Page.parse(expectStatus(200, asked).body);
    counts = page.counts;
    for (const { user_id, answer: given } of page.items) answers.set(user_id, given);
    query = page.cursor === undefined ? undefined : `&cursor=${page.cursor}`;
  }
  return { counts, answers: Object.fromEntries(answers) };
}

describe('an answer to an event', () => {
  it('is the last one that a member gave, for all members to see, until it is taken back', async () => {
    const event = await newEvent(olga, [paul.id, rita.id]);
    expect(await answersTo(paul, event)).toEqual({ counts: { going: 0, not_going: 0, maybe: 0 }, answers: {} });
    expect((await answer(paul, event, 'maybe')).body).toMatchObject({ user_id: paul.id, answer: 'maybe' });
    for (const [person, what] of [
      [paul, 'going'],
      [rita, 'not_going'],
      [olga, 'going'],
    ] as const)
      expect((await answer(person, event, what)).status).toBe(200);
    const all = { [paul.id]: 'going', [rita.id]: 'not_going', [olga.id]: 'going' };
    expect(await answersTo(rita, event, 1)).toEqual({ counts: { going: 2, not_going: 1, maybe: 0 }, answers: all });

    const back = () => olga.ask('DELETE', `/api/v1/events/${event}/answer`);
    expect([(await back()).status, (await back()).status]).toEqual([204, 204]);
    expect((await answersTo(olga, event)).counts).toEqual({ going: 1, not_going: 1, maybe: 0 });
  });

  it('is nobody else’s business, and one of three', async () => {
    const event = await newEvent(olga, [paul.id]);
    for (const wrong of ['yes', '', null, 5, ['going']]) expect((await answer(paul, event, wrong)).status).toBe(400);
    for (const asked of [
      await answer(rita, event, 'going'),
      await rita.ask('GET', `/api/v1/events/${event}/answers`),
      await rita.ask('DELETE', `/api/v1/events/${event}/answer`),
    ])
      expect([asked.status, asked.body.type]).toEqual([404, 'urn:carillon:problem:event-not-found']);
    expect((await answersTo(olga, event)).answers).toEqual({});
  });

  it('goes with the membership, with the account, and with the event', async () => {
    const leaver = await newPerson('leaver');
    const event = await newEvent(olga, [paul.id, rita.id, leaver.id]);
    for (const person of [paul, rita, leaver]) expectStatus(200, await answer(person, event, 'going'));
    const body = { remove_members: [{ user_id: rita.id }] };
    expectStatus(200, await olga.ask('PATCH', `/api/v1/events/${event}`, { body }));
    expect((await leaver.ask('DELETE', `/api/v1/users/${leaver.id}`)).status).toBe(204);
    expect(await answersTo(olga, event)).toEqual({
      counts: { going: 1, not_going: 0, maybe: 0 },
      answers: { [paul.id]: 'going' },
    });
    const again = { add_members: [{ user_id: rita.id }] };
    expectStatus(200, await olga.ask('PATCH', `/api/v1/events/${event}`, { body: again }));
    expect((await answersTo(rita, event)).answers).toEqual({ [paul.id]: 'going' });
    expect((await olga.ask('DELETE', `/api/v1/events/${event}`)).status).toBe(204);
    const { events } = membersIn(tables());
    expect(await Array.fromAsync(events.unansweredIds(event))).toEqual([]);
  });

  it('given at the moment of the removal is not there after it', async () => {
    const event = await newEvent(olga, [paul.id]);
    const change = (body: object) => olga.ask('PATCH', `/api/v1/events/${event}`, { body });
    for (let round = 0; round < 4; round++) {
      const given = Array.from({ length: 4 }, () => answer(paul, event, 'going'));
      expectStatus(200, await change({ remove_members: [{ user_id: paul.id }] }));
      for (const { status } of await Promise.all(given)) expect([200, 404]).toContain(status);
      expect((await answersTo(olga, event)).answers).toEqual({});
      expectStatus(200, await change({ add_members: [{ user_id: paul.id }] }));
    }
  });

  it('of somebody who has left the group of the event does not count', async () => {
    const now = new Date();
    const founded = await groups.create(createGroup(creationFor(undefined, '', {}), olga.id, { name: 'Family' }, now));
    for (const { id: userId } of [paul, rita])
      await groups.change(founded.id, [userId], (circle) => joinGroup(circle, userId, now));
    const event = await newEvent(olga, [], { group_id: founded.id });
    for (const person of [olga, paul, rita]) expectStatus(200, await answer(person, event, 'going'));
    expect((await answersTo(paul, event)).counts.going).toBe(3);
    await groups.change(founded.id, [rita.id], (circle) => leaveGroup(circle, rita.id));
    expect(await answersTo(paul, event)).toEqual({
      counts: { going: 2, not_going: 0, maybe: 0 },
      answers: { [olga.id]: 'going', [paul.id]: 'going' },
    });
  });
});

describe('a reminder for those who have not answered', () => {
  it('goes to whoever has not when it is due, and to nobody else', async () => {
    const { ids } = await addPeople(120);
    const event = await newEvent(olga, [paul.id, rita.id, ...ids]);
    const audience = { kind: 'unanswered', eventId: event };
    const reminder = await remind(olga, 6, { audience, message: 'Do you come to {{ event.title }}?' });
    expectStatus(200, await answer(paul, event, 'not_going'));
    expectStatus(200, await answer(olga, event, 'going'));
    const { tally } = await settledTrace(olga, reminder.id);
    expect(tally).toEqual({ sent: 121, suppressed: 0, failed: 0 });
    expect([
      await inboxOf(paul, reminder.id),
      await inboxOf(olga, reminder.id),
      await inboxOf(rita, reminder.id),
    ]).toEqual([0, 0, 1]);
  });

  it('is for an event that its owner is on', async () => {
    const event = await newEvent(olga, [paul.id]);
    const schedule = { at: inSeconds(60), timeZone: 'UTC' };
    const body = {
      title: 'Well?',
      message: 'Well?',
      schedule,
      channels: ['inbox'],
      audience: { kind: 'unanswered', eventId: event },
    };
    const refused = await rita.ask('POST', '/api/v1/reminders', { body });
    expect(refused.body).toMatchObject({ status: 400, errors: [{ field: 'audience.eventId' }] });
    const leaving = await remind(paul, 4, { audience: body.audience });
    const change = { remove_members: [{ user_id: paul.id }] };
    expectStatus(200, await olga.ask('PATCH', `/api/v1/events/${event}`, { body: change }));
    await settled(paul, leaving.id);
    expect((await settledTrace(paul, leaving.id)).tally).toEqual({ sent: 0, suppressed: 0, failed: 0 });
  });
});
