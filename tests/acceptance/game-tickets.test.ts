import { randomUUID } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { GameEventsApi } from '../../src/running-game/events/events-api.ts';
import { cancelEvent, freezeEvent } from '../../src/running-game/events/game-event.ts';
import { createGameEventRoute } from '../../src/running-game/events/routes/create-event.ts';
import { expireTicket } from '../../src/running-game/events/ticket.ts';
import { finishesAt } from '../../src/running-game/finish/finishes-at.ts';
import { runStore } from '../../src/running-game/runs/run-store.ts';
import { api } from '../../src/shared/http/api.ts';
import { cursors, type Position } from '../../src/shared/http/cursor.ts';
import { call } from '../support/call.ts';
import { buy, consume, gameAdmin, gameEvents, give, storedEvent, ticketOf, tickets, wallets } from '../support/game.ts';
import { executionsOf } from '../support/machines.ts';
import { tableName, tables } from '../support/tables.ts';
import { type Answer, expectStatus, newPerson, type Person } from './person.ts';

const HOUR = 3600 * 1000;
const from = (ms: number) => new Date(Date.now() + ms).toISOString();
const runs = runStore(tables(), tableName('game-runs'));

const Ticket = z.looseObject({
  id: z.string(),
  status: z.string(),
  consumable: z.boolean(),
  run_id: z.string().optional(),
});
const List = z.object({ items: z.array(Ticket), cursor: z.string().optional() });
const listOf = async (person: Person, query = '') =>
  List.parse(expectStatus(200, await person.ask('GET', `/api/v1/game/tickets?${query}`)).body);
const idsOf = async (person: Person, query = '') => (await listOf(person, query)).items.map(({ id }) => id);

const idOf = (answer: Answer) => Ticket.parse(expectStatus(201, answer).body).id;
const slugOf = ({ status, body }: Answer) => [status, String(body.type).replace('urn:carillon:problem:', '')];
/** How many answers there are of each kind. */
const tally = (answers: readonly Answer[]) => {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const kind = answer.status === 201 ? '201' : slugOf(answer).join(' ');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};
const many = <T>(count: number, make: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)));

describe('buying a ticket', () => {
  it('takes its price out of the wallet, and shows it among the active ones', async () => {
    const ada = await newPerson('ada');
    await give(ada.id, 25);
    const event = await storedEvent({ price: 10, capacity: 5 });
    const id = idOf(await buy(ada, event.id));
    expect(await listOf(ada)).toMatchObject({
      items: [
        {
          id,
          event_id: event.id,
          status: 'ACTIVE',
          consumable: true,
          event: { name: event.name, time_zone: 'Europe/Warsaw', finishes_at: event.finishes_at },
        },
      ],
    });
    expect((await ada.ask('GET', '/api/v1/game/wallet')).body).toMatchObject({ coins: 15 });
    const { items } = z
      .object({ items: z.array(z.unknown()) })
      .parse((await ada.ask('GET', '/api/v1/game/ledger?limit=1')).body);
    expect(items).toMatchObject([{ amount: -10, reason: 'TICKET', reference: id }]);
    expect((await ada.ask('GET', `/api/v1/game/events/${event.id}`)).body).toMatchObject({ sold: 1 });
  });

  it('is done once for one Idempotency-Key, and as often as asked for without', async () => {
    const ada = await newPerson('ada');
    await give(ada.id, 100);
    const event = await storedEvent({ price: 10 });
    const key = { 'idempotency-key': randomUUID() };
    const answers = await many(8, () => buy(ada, event.id, key));
    expect(new Set(answers.map(idOf)).size).toBe(1);
    idOf(await buy(ada, event.id));
    idOf(await buy(ada, event.id));
    expect(await idsOf(ada)).toHaveLength(3);
    expect(await wallets.balanceOf(ada.id)).toMatchObject({ coins: 70 });
  });

  it('is refused to those who have not enough, and nothing is sold', async () => {
    const ada = await newPerson('ada');
    await give(ada.id, 9);
    const event = await storedEvent({ price: 10 });
    expect(slugOf(await buy(ada, event.id))).toEqual([409, 'insufficient-coins']);
    expect(await gameEvents.find(event.id)).toMatchObject({ sold: 0 });
    expect(await wallets.balanceOf(ada.id)).toMatchObject({ coins: 9 });
    expect(await idsOf(ada)).toEqual([]);
  });

  it('sells no ticket too many, and leaves no coin too few, when all want one at the same time', async () => {
    const [ada, ben] = [await newPerson('ada'), await newPerson('ben')];
    for (const { id } of [ada, ben]) await give(id, 10);
    const event = await storedEvent({ price: 3, capacity: 5 });
    const answers = await many(40, (n) => buy(n % 2 === 0 ? ada : ben, event.id));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(await gameEvents.find(event.id)).toMatchObject({ sold: 5 });
    const [adas, bens] = [await idsOf(ada), await idsOf(ben)];
    expect(adas.length + bens.length).toBe(5);
    expect(await wallets.balanceOf(ada.id)).toMatchObject({ coins: 10 - 3 * adas.length });
    expect(await wallets.balanceOf(ben.id)).toMatchObject({ coins: 10 - 3 * bens.length });
    for (const { id } of [ada, ben]) expect(await wallets.sums(id)).toEqual(await wallets.balanceOf(id));
    const { items } = await tickets.ofEvent(event.id, { limit: 100, after: undefined });
    expect(items.map(({ id }) => id).sort()).toEqual([...adas, ...bens].sort());
    expect(slugOf(await buy(ada, event.id))).toEqual([409, 'event-sold-out']);
  });

  it('spends one wallet once when it pays for two events at the same time', async () => {
    const ada = await newPerson('ada');
    await give(ada.id, 10);
    const events = await many(10, () => storedEvent({ price: 10 }));
    const answers = await Promise.all(events.map(({ id }) => buy(ada, id)));
    expect(tally(answers)).toEqual({ 201: 1, '409 insufficient-coins': 9 });
    expect(await wallets.balanceOf(ada.id)).toMatchObject({ coins: 0 });
  });

  it('is possible before the start, but neither after the finish nor of a cancelled event', async () => {
    const ada = await newPerson('ada');
    const upcoming = await storedEvent({ starts_at: from(HOUR), finishes_at: from(2 * HOUR) });
    const over = await storedEvent({ starts_at: from(-HOUR), finishes_at: from(-1000), due: from(HOUR) });
    const [frozen, cancelled] = [await storedEvent(), await storedEvent()];
    await gameEvents.change(frozen.id, (event) => freezeEvent(event, new Date()));
    await gameEvents.change(cancelled.id, (event) => ({ ...cancelEvent(event, new Date()), due: from(HOUR) }));
    const id = idOf(await buy(ada, upcoming.id));
    expect(await listOf(ada)).toMatchObject({ items: [{ id, consumable: false }] });
    const refused = [over, frozen, cancelled].map(async (event) => slugOf(await buy(ada, event.id)));
    expect(await Promise.all(refused)).toEqual([
      [409, 'event-over'],
      [409, 'event-over'],
      [409, 'event-cancelled'],
    ]);
    expect((await buy(ada, randomUUID())).status).toBe(404);
  });

  it('is over for those who have left, whose tickets are gone', async () => {
    const ada = await newPerson('ada');
    const event = await storedEvent();
    const id = idOf(await buy(ada, event.id));
    expectStatus(204, await ada.ask('DELETE', '/api/v1/users/me'));
    expect((await buy(ada, event.id)).status).toBe(403);
    expect((await consume(ada, id)).status).toBe(404);
    expect(await tickets.ofEvent(event.id, { limit: 10, after: undefined })).toEqual({ items: [], next: undefined });
  });
});

describe('consuming a ticket', () => {
  it('opens a run, once: one of a hundred at the same time', async () => {
    const ada = await newPerson('ada');
    const event = await storedEvent();
    const id = await ticketOf(ada.id, event);
    const answers = await many(100, () => consume(ada, id));
    expect(tally(answers)).toEqual({ 201: 1, '409 ticket-consumed': 99 });
    const winner = answers.find(({ status }) => status === 201);
    expect(winner?.body).toMatchObject({ event_id: event.id, ticket_id: id, status: 'OPEN' });
    const run = await runs.find(String(winner?.body.id));
    expect(run).toMatchObject({ user_id: ada.id, ticket_id: id, finishes_at: event.finishes_at, status: 'OPEN' });
    expect(await idsOf(ada)).toEqual([]);
    expect(await listOf(ada, 'status=consumed')).toMatchObject({ items: [{ id, run_id: run?.id, consumable: false }] });
  });

  it('answers the same run to the same request, also of a hundred at the same time', async () => {
    const ada = await newPerson('ada');
    const id = await ticketOf(ada.id, await storedEvent());
    const key = { 'idempotency-key': randomUUID() };
    const answers = await many(100, () => consume(ada, id, key));
    expect(tally(answers)).toEqual({ 201: 100 });
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(slugOf(await consume(ada, id))).toEqual([409, 'ticket-consumed']);
  });

  it('lets a crowd start at the same time', async () => {
    const ada = await newPerson('ada');
    const event = await storedEvent();
    const ids = await many(30, () => ticketOf(ada.id, event));
    const answers = await Promise.all(ids.map((id) => consume(ada, id)));
    expect(tally(answers)).toEqual({ 201: 30 });
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(30);
  });

  it('is possible within the time of its event alone, and changes nothing outside of it', async () => {
    const ada = await newPerson('ada');
    const event = await storedEvent({ starts_at: from(4000), finishes_at: from(9000), due: from(HOUR) });
    const [early, late] = [await ticketOf(ada.id, event), await ticketOf(ada.id, event)];
    expect(slugOf(await consume(ada, early))).toEqual([409, 'event-not-started']);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(event.starts_at) - Date.now() + 100));
    expectStatus(201, await consume(ada, early));
    await new Promise((resolve) => setTimeout(resolve, Date.parse(event.finishes_at) - Date.now() + 100));
    expect(slugOf(await consume(ada, late))).toEqual([409, 'event-over']);
    expect(await idsOf(ada)).toEqual([]);
    expect(await listOf(ada, 'status=expired')).toMatchObject({ items: [{ id: late, status: 'EXPIRED' }] });
    expect(await runs.find(late)).toBeUndefined();
  });

  it('is not possible in an event that is stopped, nor with a ticket that is somebody else’s', async () => {
    const [ada, ben] = [await newPerson('ada'), await newPerson('ben')];
    const [frozen, cancelled, running] = [await storedEvent(), await storedEvent(), await storedEvent()];
    const [inFrozen, inCancelled] = [await ticketOf(ada.id, frozen), await ticketOf(ada.id, cancelled)];
    const id = await ticketOf(ada.id, running);
    await gameEvents.change(frozen.id, (event) => freezeEvent(event, new Date()));
    await gameEvents.change(cancelled.id, (event) => ({ ...cancelEvent(event, new Date()), due: from(HOUR) }));
    expect(slugOf(await consume(ada, inFrozen))).toEqual([409, 'event-over']);
    expect(slugOf(await consume(ada, inCancelled))).toEqual([409, 'event-cancelled']);
    expect(slugOf(await consume(ben, id))).toEqual([404, 'ticket-not-found']);
    // Whatever is not ended yet.
    expect(await idsOf(ada)).toEqual([id]);
  });
});

describe('the list of tickets', () => {
  it('has all active ones, the nearest end first, page by page, of every event that is not over', async () => {
    const [ada, ben] = [await newPerson('ada'), await newPerson('ben')];
    const [soon, later] = [
      await storedEvent({ finishes_at: from(HOUR) }),
      await storedEvent({ finishes_at: from(3 * HOUR) }),
    ];
    const over = await storedEvent({ starts_at: from(-2 * HOUR), finishes_at: from(-HOUR), due: from(HOUR) });
    const theirs = [await ticketOf(ada.id, later), await ticketOf(ada.id, soon), await ticketOf(ada.id, later)];
    const [expired, used] = [await ticketOf(ada.id, over), await ticketOf(ada.id, soon)];
    await ticketOf(ben.id, soon);
    expectStatus(201, await consume(ada, used));
    const first = await listOf(ada, 'limit=2');
    const second = await listOf(ada, `limit=2&cursor=${first.cursor}`);
    const seen = [...first.items, ...second.items].map(({ id }) => id);
    expect([seen[0], new Set(seen), seen.length]).toEqual([theirs[1], new Set(theirs), 3]);
    expect(second.cursor).toBeUndefined();
    expect(await idsOf(ada, 'status=consumed')).toEqual([used]);
    expect(await idsOf(ada, 'status=expired')).toEqual([expired]);
    expect(await idsOf(ada, 'status=refunded')).toEqual([]);
  });

  it('has those that have expired, whether or not their end has been written down, page by page', async () => {
    const ada = await newPerson('ada');
    const over = (hours: number) =>
      storedEvent({ starts_at: from(-30 * HOUR), finishes_at: from(-hours * HOUR), due: from(HOUR) });
    const [late, early] = [await over(1), await over(3)];
    const theirs: string[] = [];
    for (const event of [late, late, early, early]) theirs.push(await ticketOf(ada.id, event));
    for (const id of theirs.slice(2)) {
      const ticket = await tickets.find(ada.id, id);
      if (ticket?.status === 'ACTIVE') await tickets.end(expireTicket(ticket), []);
    }
    const pageOf = (limit: number, after: Position | undefined) =>
      tickets.list(ada.id, 'EXPIRED', new Date(), { limit, after });
    for (const limit of [1, 2, 3, 4]) {
      const seen: string[] = [];
      let after: Position | undefined;
      for (let n = 0; n < 6; n++) {
        const page = await pageOf(limit, after);
        seen.push(...page.items.map(({ id }) => id));
        after = page.next;
        if (after === undefined) break;
      }
      expect([seen.toSorted(), after]).toEqual([theirs.toSorted(), undefined]);
      // The last event first.
      expect(seen.slice(0, 2).toSorted()).toEqual(theirs.slice(0, 2).toSorted());
    }
    const { items } = await listOf(ada, 'status=expired');
    expect(items.map(({ status, consumable }) => [status, consumable])).toEqual(Array(4).fill(['EXPIRED', false]));
  });
});

describe('an event', () => {
  const body = {
    name: 'Night run',
    time_zone: 'America/New_York',
    starts_at: '2031-07-01T23:30:00',
    capacity: 2,
    price: 4,
    prize_pool: 100,
    prize_split: [60, 30, 10],
  };
  const create = async (more: object = {}) =>
    (await gameAdmin()).ask('POST', '/api/v1/game/events', { body: { ...body, ...more } });
  const patch = async (id: string, changes: object) =>
    (await gameAdmin()).ask('PATCH', `/api/v1/game/events/${id}`, { body: changes });
  const Created = z.object({ id: z.string() });
  const Listed = z.object({ items: z.array(Created), cursor: z.string().optional() });

  it('ends with the nightly finish of its zone', async () => {
    const answer = expectStatus(201, await create());
    // It starts after 22:00, so that it waits for the next day's.
    const times = { starts_at: '2031-07-02T03:30:00.000Z', finishes_at: '2031-07-03T02:00:00.000Z' };
    expect(answer.body).toMatchObject({ ...times, name: 'Night run', status: 'SCHEDULED', sold: 0, capacity: 2 });
    const ada = await newPerson('ada');
    const { id } = Created.parse(answer.body);
    expect(answer.headers.get('location')).toBe(`/api/v1/game/events/${id}`);
    expect((await ada.ask('GET', `/api/v1/game/events/${id}`)).body).toEqual(answer.body);
  });

  it('is refused with what is wrong with it', async () => {
    const fields = async (more: object) =>
      z.object({ errors: z.array(z.object({ field: z.string() })) }).parse((await create(more)).body).errors[0]?.field;
    expect(await fields({ time_zone: 'Mars/Olympus' })).toBe('time_zone');
    expect(await fields({ starts_at: '2020-01-01T10:00:00' })).toBe('starts_at');
    expect(await fields({ prize_split: [60, 41] })).toBe('prize_split');
    expect(await fields({ price: -1 })).toBe('price');
    expect(await fields({ capacity: 0 })).toBe('capacity');
  });

  it('is answered to the same request again, when it is over, too', async () => {
    let clock = new Date('2031-07-01T19:00:00Z');
    const handler = api<GameEventsApi>(
      [createGameEventRoute],
      {
        ...{
          events: gameEvents,
          tickets,
          runs,
          ledger: wallets,
          finishesAt: (at, zone) => finishesAt(at, zone, '22:00'),
        },
        ...{ users: { find: async () => ({}) }, finishes: executionsOf('event-finish'), cursors: cursors('secret') },
        runTimes: { uploadGrace: 0, longest: HOUR, tolerance: 0 },
      },
      () => clock,
    );
    const request = {
      ...{ routeKey: 'POST /api/v1/game/events', userId: randomUUID(), groups: ['admins'] },
      headers: { 'idempotency-key': 'an event' },
      body: { ...body, time_zone: 'UTC', starts_at: '2031-07-01T20:00:00' },
    };
    const first = await call(handler, request);
    clock = new Date('2031-07-01T22:00:00Z');
    expect(await call(handler, request)).toMatchObject({ status: 201, body: first.body });
    const other = { ...request, body: { ...request.body, name: 'Another' } };
    expect((await call(handler, other)).status).toBe(422);
    expect((await call(handler, { ...request, headers: {} })).status).toBe(400);
  });

  it('is changed until a ticket is sold; after that, only its name', async () => {
    const { id } = Created.parse((await create()).body);
    const moved = expectStatus(200, await patch(id, { time_zone: 'Europe/Warsaw', capacity: null, price: 0 }));
    const times = { starts_at: '2031-07-01T21:30:00.000Z', finishes_at: '2031-07-02T20:00:00.000Z' };
    expect(moved.body).toMatchObject({ ...times, capacity: null, price: 0, name: 'Night run' });
    idOf(await buy(await newPerson('ada'), id));
    expect(slugOf(await patch(id, { starts_at: '2031-08-01T10:00:00' }))).toEqual([409, 'tickets-sold']);
    expect(slugOf(await patch(id, { price: 1 }))).toEqual([409, 'tickets-sold']);
    const renamed = expectStatus(200, await patch(id, { name: 'Late run' }));
    expect(renamed.body).toEqual({ ...moved.body, name: 'Late run', sold: 1 });
  });

  it('is found by the clock: upcoming, running, finished, page by page', async () => {
    const ada = await newPerson('ada');
    // Apart from every other event of these tests.
    const [far, farther] = [await storedEvent(at(2890)), await storedEvent(at(2891))];
    const running = await storedEvent({ starts_at: from(-100), name: 'Just begun' });
    const finished = await storedEvent({ starts_at: from(-5 * HOUR), finishes_at: from(-HOUR), due: from(HOUR) });
    const idsIn = async (status: string) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const path = `/api/v1/game/events?status=${status}&limit=3${cursor === undefined ? '' : `&cursor=${cursor}`}`;
        const page = Listed.parse(expectStatus(200, await ada.ask('GET', path)).body);
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return ids;
    };
    const [upcoming, current, past] = [await idsIn('upcoming'), await idsIn('running'), await idsIn('finished')];
    expect(upcoming.filter((id) => [far.id, farther.id, running.id, finished.id].includes(id))).toEqual([
      far.id,
      farther.id,
    ]);
    expect(current.filter((id) => [far.id, farther.id, running.id, finished.id].includes(id))).toEqual([running.id]);
    expect(past.filter((id) => [far.id, farther.id, running.id, finished.id].includes(id))).toEqual([finished.id]);
    const [id] = [far.id];
    expectStatus(200, await (await gameAdmin()).ask('POST', `/api/v1/game/events/${id}/cancel`));
    expect(await idsIn('upcoming')).not.toContain(id);
    // Nor does an index that does not know it yet bring it back.
    await tables().send(
      new UpdateCommand({
        TableName: tableName('game-events'),
        Key: { pk: `event#${id}`, sk: 'event' },
        UpdateExpression: 'SET listing = :events',
        ExpressionAttributeValues: { ':events': 'events' },
      }),
    );
    expect(await idsIn('upcoming')).not.toContain(id);
    expect((await ada.ask('GET', `/api/v1/game/events/${id}`)).body).toMatchObject({ status: 'CANCELLED' });
  });

  const at = (year: number) => ({
    starts_at: `${year}-01-01T10:00:00.000Z`,
    finishes_at: `${year}-01-01T21:00:00.000Z`,
    due: `${year}-01-01T21:00:00.000Z`,
  });
});
