import { randomUUID } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { cancelEvent, type GameEvent, takeOver } from '../../src/running-game/events/game-event.ts';
import { finishExecution } from '../../src/running-game/finish/finish-execution.ts';
import { MOST_RUNS } from '../../src/shared/workflow/executions.ts';
import {
  finishEnd,
  finishEntered,
  finishes,
  gameRuns,
  runIn,
  runsOf,
  standings,
  stopFinish,
  sweepIn,
  track,
} from '../support/finish.ts';
import { buy, consume, gameAdmin, gameEvents, give, storedEvent, ticketOf, tickets, wallets } from '../support/game.ts';
import { listOf, traced } from '../support/notifications.ts';
import { aws } from '../support/tables.ts';
import { until } from '../support/until.ts';
import { prefix } from '../support/where.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

const lambda = new LambdaClient(aws);
const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE);

const call = async (name: string, payload: object) => {
  const FunctionName = `${prefix}-${name}`;
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) }));
  const said: unknown = JSON.parse(answer.Payload?.transformToString() ?? 'null');
  return { said, failed: answer.FunctionError !== undefined };
};

/** An event that has begun an hour ago, and is over in some seconds, or was some seconds ago. */
const eventOver = (seconds: number, more: Partial<GameEvent> = {}) =>
  storedEvent({
    starts_at: ago(60).toISOString(),
    finishes_at: new Date(Date.now() + seconds * 1000).toISOString(),
    ...more,
  });

/** Twenty minutes ago. */
const ran = (event: GameEvent, userId: string, metres: number, finished = true) =>
  runIn(event, { userId, ticketId: randomUUID(), openedAt: ago(20), metres, finished }, { tickets, runs: gameRuns });

const statusOf = async (id: string) => (await gameEvents.find(id))?.status;
const comesTo = (id: string, status: GameEvent['status']) =>
  until(`an event that is ${status}`, async () => ((await statusOf(id)) === status ? true : undefined));

const get = async (person: Person, path: string) => expectStatus(200, await person.ask('GET', path)).body;

const Places = z.object({
  items: z.array(
    z.object({ place: z.number(), user_id: z.string().optional(), distance_m: z.number(), prize: z.number() }),
  ),
  cursor: z.string().optional(),
});
const placesOf = async (person: Person, id: string, query = '') =>
  Places.parse(await get(person, `/api/v1/game/events/${id}/standings${query}`));

const Entries = z.object({ items: z.array(z.object({ reason: z.string(), reference: z.string() })) });
const Refunded = z.object({ items: z.array(z.object({ id: z.string() })) });
/** How often somebody's coins have changed for a reason. */
const entriesOf = async (person: Person, reason: string, reference: string) =>
  Entries.parse(await get(person, '/api/v1/game/ledger?currency=coins')).items.filter(
    (entry) => entry.reason === reason && entry.reference === reference,
  ).length;
const coinsOf = async (person: Person) => (await wallets.balanceOf(person.id)).coins;

/** What somebody's inbox says of an event, once it has said something. */
const toldOf = (person: Person, eventId: string) =>
  until('what the runner is told', async () => {
    const { list } = await listOf(person, `user_id=${person.id}&limit=100`);
    const told = list.filter(({ target_id }) => target_id === eventId).map(({ data }) => data);
    return told.length > 0 ? told : undefined;
  });

describe('the nightly finish, deployed', () => {
  it('stops an event, waits for late uploads, expires tickets, ranks, pays, tells and archives', async () => {
    const [ada, ben, cyd] = [await newPerson('ada'), await newPerson('ben'), await newPerson('cyd')];
    const event = await eventOver(12, { price: 10, prize_pool: 100, prize_split: [50, 30, 20] });
    const { id } = event;
    await ran(event, ada.id, 1500);
    await ran(event, ada.id, 1000);
    const open = await ran(event, ben.id, 1200, false);
    const idle = await ran(event, cyd.id, 0, false);
    const unused = await ticketOf(cyd.id, event);
    const late = await ticketOf(ben.id, event);
    await give(ben.id, 100);
    expectStatus(404, await ada.ask('GET', `/api/v1/game/events/${id}/standings`));

    await until('its finish', async () => (Date.now() > Date.parse(event.finishes_at) ? true : undefined));
    // Before anybody has stopped it, too.
    for (const answer of [await buy(ben, id), await consume(ben, late)])
      expect(expectStatus(409, answer).body.type).toMatch(/event-over$/);
    expect(await sweepIn(MINUTE, id)).toMatchObject({ armed: 1, failed: 0 });
    await comesTo(id, 'FREEZING');
    for (const answer of [await buy(ben, id), await consume(ben, late)])
      expect(expectStatus(409, answer).body.type).toMatch(/event-over$/);
    // What was run before the finish may come in after it.
    const points = track(ago(20).getTime() + 490_000, 1000).map((point) => ({ ...point, lat: point.lat + 0.0111 }));
    const more = await gameRuns.addBatch({ id: open, userId: ben.id }, { seq: 1, points }, new Date());
    expect(more).toMatchObject({ batches: 2 });

    expect(await finishEnd(id)).toBe('EventArchived');
    expect(await finishEntered(id)).toEqual([
      'TakeUpEvent',
      'HowItStands',
      'WaitForLateUploads',
      'ExpireTickets',
      'AreAllTicketsExpired',
      'CloseRuns',
      'AreAllRunsClosed',
      'ComputeStandings',
      'PayPrizes',
      'TellResults',
      'AreAllRunnersTold',
      'SettleEvent',
      'HowItEnded',
      'EventArchived',
    ]);
    expect(await get(cyd, `/api/v1/game/events/${id}`)).toMatchObject({ status: 'ARCHIVED', participants: 2, sold: 6 });

    const [first, second, ...others] = (await placesOf(cyd, id)).items;
    expect(others).toEqual([]);
    expect(first).toMatchObject({ place: 1, user_id: ben.id, prize: 80 });
    expect(first?.distance_m).toBeGreaterThan(2000);
    expect(second).toMatchObject({ place: 2, user_id: ada.id, distance_m: 1500, prize: 48 });
    const page = await placesOf(cyd, id, '?limit=1');
    expect(page.items).toEqual([first]);
    expect(await placesOf(cyd, id, `?limit=1&cursor=${page.cursor}`)).toEqual({ items: [second] });

    expect([await coinsOf(ada), await coinsOf(ben), await coinsOf(cyd)]).toEqual([48, 180, 0]);
    expect([await entriesOf(ada, 'PRIZE', id), await entriesOf(cyd, 'PRIZE', id)]).toEqual([1, 0]);
    expect(await gameRuns.find(idle)).toMatchObject({ status: 'ABANDONED' });
    for (const [person, ticket] of [
      [cyd, unused],
      [ben, late],
    ] as const) {
      expect(await tickets.find(person.id, ticket)).toMatchObject({ status: 'EXPIRED' });
      expect(await get(person, '/api/v1/game/tickets?status=expired')).toMatchObject({ items: [{ id: ticket }] });
    }
    expect(await toldOf(ben, id)).toMatchObject([{ place: '1', participants: '2', prize: '80' }]);
    expect(await toldOf(ada, id)).toMatchObject([{ place: '2', distance_km: '1.50', prize: '48' }]);

    // Whatever is called once more finds it done.
    const mine = { eventId: id, run: 1 };
    for (const [name, payload] of [
      ['finish-event', { ...mine, step: 'TAKE_UP' }],
      ['expire-game-tickets', { ...mine, after: null }],
      ['close-game-runs', { ...mine, after: null }],
      ['compute-standings', mine],
      ['pay-prizes', mine],
      ['tell-results', { ...mine, after: null }],
      ['finish-event', { ...mine, step: 'SETTLE' }],
    ] as const)
      expect({ name, ...(await call(name, payload)) }).toMatchObject({ name, failed: false });
    expect([await coinsOf(ada), await coinsOf(ben), await coinsOf(cyd)]).toEqual([48, 180, 0]);
    expect((await placesOf(cyd, id)).items).toEqual([first, second]);
    expect(await toldOf(ben, id)).toHaveLength(1);
    expect(await sweepIn(60 * MINUTE, id)).toMatchObject({ armed: 0, restarted: 0 });
  });

  it('of an event that nobody has run in pays nothing, and archives it with no places', async () => {
    const { id } = await eventOver(-20, { prize_pool: 100, prize_split: [100] });
    expect(await sweepIn(MINUTE, id)).toMatchObject({ armed: 1 });
    expect(await finishEnd(id)).toBe('EventArchived');
    expect(await placesOf(await gameAdmin(), id)).toEqual({ items: [] });
  });

  it('pays nothing to whoever has left, shows their place without them, and moves nobody up', async () => {
    const [stays, leaves] = [await newPerson('stays'), randomUUID()];
    const event = await eventOver(-20, { prize_pool: 100, prize_split: [60, 40] });
    await ran(event, stays.id, 1000);
    const run = await ran(event, leaves, 2000);
    await sweepIn(MINUTE, event.id);
    await wallets.close(leaves, new Date());
    expect(await finishEnd(event.id)).toBe('EventArchived');
    await gameRuns.delete(run);
    expect((await placesOf(stays, event.id)).items).toEqual([
      expect.not.objectContaining({ user_id: leaves }),
      expect.objectContaining({ place: 2, user_id: stays.id, prize: 40 }),
    ]);
    expect(await coinsOf(stays)).toBe(40);
    expect((await wallets.balanceOf(leaves)).coins).toBe(0);
  });

  it('does not wait for whoever has got halfway out: their ticket is gone, their run still open', async () => {
    const [stays, leaves] = [await newPerson('stays'), randomUUID()];
    const event = await eventOver(-20, { prize_pool: 100, prize_split: [60, 40] });
    await ran(event, stays.id, 1000);
    await ran(event, leaves, 2000, false);
    await wallets.close(leaves, new Date());
    await tickets.forgetUser(leaves);
    await sweepIn(MINUTE, event.id);
    expect(await finishEnd(event.id)).toBe('EventArchived');
    expect((await placesOf(stays, event.id)).items).toMatchObject([{ place: 1, user_id: stays.id, prize: 60 }]);
  });

  it('goes on where an execution was stopped, once', async () => {
    const person = await newPerson('ida');
    const event = await eventOver(-1, { prize_pool: 100, prize_split: [100] });
    await ran(event, person.id, 1000);
    await sweepIn(MINUTE, event.id);
    await comesTo(event.id, 'FREEZING');
    await stopFinish(event.id);
    expect(await sweepIn(MINUTE, event.id)).toMatchObject({ restarted: 1 });
    expect(await finishEnd(event.id, 2)).toBe('EventArchived');
    expect(await coinsOf(person)).toBe(100);
    expect(await entriesOf(person, 'PRIZE', event.id)).toBe(1);
    expect(await toldOf(person, event.id)).toHaveLength(1);
    // The first one's functions, should one live on, are refused.
    expect((await call('pay-prizes', { eventId: event.id, run: 1 })).failed).toBe(true);
  });

  it('is started by the deployed sweep, which takes over what has ended too early', async () => {
    const id = randomUUID();
    await finishes.start(finishExecution(id, 1).name, { eventId: 'none', run: 1 });
    expect(await finishEnd(id)).toBe('FinishFailed');
    const [lost, failed] = [await eventOver(-90), await eventOver(-90, { id })];
    expect((await call('sweep-game-events', {})).failed).toBe(false);
    expect(await finishEnd(lost.id)).toBe('EventArchived');
    expect(await finishEnd(failed.id, 2)).toBe('EventArchived');
    expect(await gameEvents.find(failed.id)).toMatchObject({ status: 'ARCHIVED', run: 2 });
  });

  it('is tried again after longer and longer pauses, then reported for as long as it is not mended', async () => {
    const event = await eventOver(3600);
    const reported: string[] = [];
    for (let run = 1; run <= MOST_RUNS; run++)
      await finishes.start(finishExecution(event.id, run).name, { eventId: 'none', run });
    await until('the end of all', async () => {
      for (let run = 1; run <= MOST_RUNS; run++)
        if ((await finishes.status(finishExecution(event.id, run).name)) !== 'ENDED') return undefined;
      return true;
    });
    const at = (run: number, minutes: number) =>
      gameEvents
        .change(event.id, (each) => ({ ...each, run, due: ago(minutes).toISOString(), revision: each.revision + 1 }))
        .then(() => sweepIn(0, event.id, reported));
    expect(await at(2, 1)).toMatchObject({ restarted: 0 });
    expect(await gameEvents.find(event.id)).toMatchObject({ run: 2 });
    await at(2, 4);
    expect(await gameEvents.find(event.id)).toMatchObject({ run: 3 });
    await at(4, 7);
    expect(await gameEvents.find(event.id)).toMatchObject({ run: 4 });
    await at(4, 10);
    expect(await gameEvents.find(event.id)).toMatchObject({ run: 5 });
    expect(reported).toEqual([]);
    // Of what is older than a quarter of an hour one pass in fifteen asks.
    await gameEvents.change(event.id, (each) => takeOver(each, MOST_RUNS, new Date()));
    const base = Date.now();
    for (let minute = 300; minute < 315; minute++)
      await sweepIn(base + minute * MINUTE - Date.now(), event.id, reported);
    expect(reported).toEqual(['given up: every execution ended before it was settled']);
    expect(await gameEvents.find(event.id)).toMatchObject({ status: 'SCHEDULED', run: MOST_RUNS });
  });
});

describe('an event that is cancelled', () => {
  it('pays back each ticket that nobody has run with, ends its runs, and tells', async () => {
    const [ada, ben] = [await newPerson('ada'), await newPerson('ben')];
    const gone = randomUUID();
    const event = await eventOver(3600, { price: 10, prize_split: [100] });
    const { id } = event;
    await give(ada.id, 25);
    for (let n = 0; n < 2; n++) expectStatus(201, await buy(ada, id));
    const open = await ran(event, ben.id, 1000, false);
    const theirs = await ticketOf(gone, event);
    await wallets.close(gone, new Date());
    expect(await coinsOf(ada)).toBe(5);

    const admin = await gameAdmin();
    expectStatus(200, await admin.ask('POST', `/api/v1/game/events/${id}/cancel`));
    expectStatus(200, await admin.ask('POST', `/api/v1/game/events/${id}/cancel`));
    await sweepIn(MINUTE, id);
    expect(await finishEnd(id)).toBe('EventCancelled');
    expect(await finishEntered(id)).not.toContain('WaitForLateUploads');

    expect([await coinsOf(ada), await coinsOf(ben)]).toEqual([25, 0]);
    const refunded = await get(ada, '/api/v1/game/tickets?status=refunded');
    expect(refunded).toMatchObject({ items: [{ event_id: id }, { event_id: id }] });
    expect(await gameRuns.find(open)).toMatchObject({ status: 'SAVED', distance_m: 1000 });
    expect(await tickets.find(gone, theirs)).toMatchObject({ status: 'ACTIVE' });
    const told = await until('both notifications', async () => {
      const all = await toldOf(ada, id);
      return all.length === 2 ? all : undefined;
    });
    expect(told).toMatchObject([{ coins: '10' }, { coins: '10' }]);
    // As whoever runs the game can see.
    const { items: [ticket] = [] } = Refunded.parse(refunded);
    const trace = await traced(admin, `/api/v1/notifications/refund-${ticket?.id}`);
    expect(trace.deliveries).toContainEqual(expect.objectContaining({ user_id: ada.id, channel: 'inbox' }));
    expectStatus(404, await ada.ask('GET', `/api/v1/game/events/${id}/standings`));

    expect((await call('refund-game-tickets', { eventId: id, run: 1, after: null })).failed).toBe(false);
    expect(await coinsOf(ada)).toBe(25);
    expect(await sweepIn(60 * MINUTE, id)).toMatchObject({ armed: 0, restarted: 0 });
  });

  it('of which tickets are sold, consumed and paid back at the same moment has one end for each', async () => {
    const people = await Promise.all(['kim', 'lee', 'max'].map((name) => newPerson(name)));
    const event = await eventOver(3600, { price: 10 });
    const { id } = event;
    for (const person of people) await give(person.id, 30);
    const bought = await Promise.all(
      people.map(async (person) => {
        const Bought = z.object({ id: z.string() });
        return { person, ticket: Bought.parse(expectStatus(201, await buy(person, id)).body).id };
      }),
    );
    const [cancelled, ...answers] = await Promise.all([
      gameEvents.change(id, (each) => cancelEvent(each, new Date())),
      ...bought.flatMap(({ person, ticket }) => [consume(person, ticket), buy(person, id)]),
    ]);
    expect(cancelled.status).toBe('CANCELLED');
    for (const answer of answers) expect([201, 409]).toContain(answer.status);
    await sweepIn(MINUTE, id);
    expect(await finishEnd(id)).toBe('EventCancelled');
    const { items } = await tickets.ofEvent(id, { limit: 100, after: undefined });
    for (const person of people) {
      const own = items.filter(({ user_id }) => user_id === person.id);
      const found = await Promise.all(own.map((each) => tickets.find(person.id, each.id)));
      const consumed = found.filter((ticket) => ticket?.status === 'CONSUMED');
      expect(found.filter((ticket) => ticket?.status === 'REFUNDED').length + consumed.length).toBe(found.length);
      expect(await coinsOf(person)).toBe(30 - 10 * consumed.length);
      expect(await wallets.sums(person.id)).toEqual(await wallets.balanceOf(person.id));
    }
    expect((await runsOf(id)).every(({ status }) => status === 'ABANDONED')).toBe(true);
  });
});

it('standings of an event that there is not are not there', async () => {
  expectStatus(404, await (await gameAdmin()).ask('GET', `/api/v1/game/events/${randomUUID()}/standings`));
  expect(await standings.after(randomUUID(), 0, 10)).toEqual([]);
});
