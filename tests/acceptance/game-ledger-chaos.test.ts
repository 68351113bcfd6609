import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buy } from '../../src/running-game/events/buy-ticket.ts';
import { consume } from '../../src/running-game/events/consume-ticket.ts';
import { cancelEvent, EventSoldOut, type GameEvent } from '../../src/running-game/events/game-event.ts';
import type { Ticket } from '../../src/running-game/events/ticket.ts';
import { computeStandings } from '../../src/running-game/finish/compute-standings.ts';
import { expireTickets, refundTickets } from '../../src/running-game/finish/end-tickets.ts';
import { settleEvent, takeUpEvent } from '../../src/running-game/finish/finish-event.ts';
import { payPrizes } from '../../src/running-game/finish/pay-prizes.ts';
import type { Left } from '../../src/running-game/finish/portion.ts';
import { claim, mineOnce } from '../../src/running-game/mining/claim.ts';
import { minePage, type Place } from '../../src/running-game/mining/mine-page.ts';
import { mine, NothingToClaim } from '../../src/running-game/mining/mining.ts';
import { moveTopUp } from '../../src/running-game/top-ups/move-top-up.ts';
import type { TopUp } from '../../src/running-game/top-ups/top-up.ts';
import { grant } from '../../src/running-game/wallet/grant.ts';
import { InsufficientFunds } from '../../src/running-game/wallet/ledger.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { dice } from '../support/dice.ts';
import { CELLS, eventAt, gameWorld, type Process, rules, saved } from '../support/game-world.ts';
import { Died, frail, immortal, mortal, Unknown } from '../support/mortal.ts';

const start = Date.parse('2090-06-01T08:00:00.000Z');
const at = (minutes: number) => new Date(start + minutes * 60_000);
const creation = (id: string) => ({ id, fingerprint: 'the same' });
const runTimes = { uploadGrace: 60_000, longest: 12 * 3600_000, tolerance: 60_000 };
const report = () => undefined;

let world: Awaited<ReturnType<typeof gameWorld>>;
let outside: Process;
beforeAll(async () => {
  world = await gameWorld();
  outside = world.process();
}, 60_000);
afterAll(() => world.remove());

/** What somebody has, after it was seen that all entries of their ledger come to just that, and that no step of theirs is half done. */
async function balanceOf(userId: string) {
  const balance = await outside.wallets.balanceOf(userId);
  expect({ userId, ...(await outside.wallets.sums(userId)) }).toEqual({ userId, ...balance });
  const { coins, tokens } = balance;
  return { coins, tokens };
}

const give = (process: Process, userId: string, coins: number, id: string = randomUUID()) =>
  grant({ user_id: userId, currency: 'coins', amount: coins, note: 'a gift' }, creation(id), process, at(0));

/** Somebody with so many coins. */
async function somebody(coins: number): Promise<string> {
  const userId = randomUUID();
  if (coins > 0) await give(outside, userId, coins);
  return userId;
}

const buyAt = (process: Process, userId: string, eventId: string, id: string) =>
  buy({ creation: creation(id), userId, eventId }, process, at(0));

const consumeAt = (process: Process, userId: string, ticketId: string) =>
  consume({ creation: creation(`${ticketId}-run`), userId, ticketId }, { ...process, runTimes }, at(1));

/** All parts of a step of the finish, as the machine asks for them. */
async function wholly(part: (after: Left['next']) => Promise<Left>): Promise<void> {
  let { next } = await part(null);
  while (next) ({ next } = await part(next));
}

/** A top-up that is deep enough in its chain. */
function confirmed(userId: string, coins: number, transaction: string): TopUp {
  const moment = at(0).toISOString();
  return {
    ...creation(randomUUID()),
    chain_id: 31337,
    asset: 'native',
    recipient: `0x${'1'.repeat(40)}`,
    amount: '1000',
    confirmations_needed: 12,
    reference: `0x${'2'.repeat(64)}`,
    user_id: userId,
    coins,
    created_at: moment,
    expires_at: moment,
    transaction,
    named_at: moment,
    named: 1,
    reorganisations: 0,
    run: 1,
    due: moment,
    revision: 1,
    block_number: 7,
    block_hash: `0x${'3'.repeat(64)}`,
    block_at: moment,
    confirmations: 12,
    status: 'CONFIRMED',
    place: 'native',
  };
}
const newTransaction = () => `0x${randomUUID().replaceAll('-', '').repeat(2)}`;

interface Funds {
  readonly coins: number;
  readonly tokens: number;
}
const coinsOnly = (coins: number): Funds => ({ coins, tokens: 0 });

/** Somebody, something that is posted to their wallet, and what they have after that. */
interface Scene {
  readonly userId: string;
  live(process: Process): Promise<unknown>;
  readonly after: Funds;
}

/** Those who have a wallet, as far as these scenes go: somebody alone. */
const alone = (process: Process, userId: string) => ({
  ...process,
  wallets: {
    ...process.wallets,
    holders: async (shard: number) => ({ items: shard === 0 ? [userId] : [], next: undefined }),
  },
});

/** Every way in which something comes into a wallet, or out of it. */
const postings: Record<string, () => Promise<Scene>> = {
  async 'a grant'() {
    const userId = await somebody(10);
    const id = randomUUID();
    return { userId, live: (process) => give(process, userId, 90, id), after: coinsOnly(100) };
  },

  async 'a ticket that is bought'() {
    const userId = await somebody(100);
    const event = await outside.events.create(eventAt(at(0), { price: 30, capacity: 1 }));
    const id = randomUUID();
    return {
      userId,
      async live(process) {
        await buyAt(process, userId, event.id, id);
        expect(await outside.events.find(event.id)).toMatchObject({ sold: 1 });
      },
      after: coinsOnly(70),
    };
  },

  async 'the tickets of an event that is called off'() {
    const userId = await somebody(100);
    const event = await outside.events.create(eventAt(at(0), { price: 30 }));
    for (let n = 0; n < 3; n++) await buyAt(outside, userId, event.id, randomUUID());
    const execution = { eventId: event.id, run: 1 };
    return {
      userId,
      async live(process) {
        await process.events.change(event.id, (found) => cancelEvent(found, at(2)));
        await wholly((after) => refundTickets({ ...execution, after }, process, at(3)));
        expect(await settleEvent(execution, process, at(4))).toEqual({ status: 'CANCELLED' });
      },
      after: coinsOnly(100),
    };
  },

  async 'a prize'() {
    const userId = await somebody(100);
    const more = { price: 30, prize_pool: 73, prize_split: [50, 25] };
    const event = await outside.events.create(eventAt(at(0), more));
    const { id: ticketId } = await buyAt(outside, userId, event.id, randomUUID());
    await consumeAt(outside, userId, ticketId);
    await outside.runs.change(ticketId, (run) => saved(run, 2000, at(30)));
    const execution = { eventId: event.id, run: 1 };
    return {
      userId,
      async live(process) {
        await takeUpEvent(execution, { ...process, ...runTimes }, at(60));
        await computeStandings(execution, process);
        await payPrizes(execution, process, at(61));
        await wholly((after) => expireTickets({ ...execution, after }, process));
        expect(await settleEvent(execution, process, at(62))).toEqual({ status: 'ARCHIVED' });
      },
      // Of 103 coins: 51 and 25, and of the 77 that both come to what is left.
      after: coinsOnly(70 + 52),
    };
  },

  async 'a claim'() {
    const userId = await somebody(10);
    const id = randomUUID();
    const live = (process: Process) => claim({ creation: creation(id), userId }, process, at(0));
    return { userId, live, after: { coins: 10, tokens: mine(60, { coins: 10, cells: CELLS }, rules) } };
  },

  async 'a round of mining'() {
    const userId = await somebody(10);
    const begin: Place = { shard: 0, after: null };
    return {
      userId,
      async live(process) {
        const page = await minePage({ round: '2090-06-01T08', from: begin }, 10, {
          ...alone(process, userId),
          now: () => at(0),
          report,
        });
        // What goes wrong with one is counted, and a later round comes back to it; here it is begun anew.
        if (page.failed > 0) throw new Died();
      },
      after: { coins: 10, tokens: mine(60, { coins: 10, cells: CELLS }, rules) },
    };
  },

  async 'coins that were paid for on a chain'() {
    const userId = await somebody(10);
    const { id } = await outside.topUps.create(confirmed(userId, 500, newTransaction()));
    return {
      userId,
      async live(process) {
        await moveTopUp({ topUpId: id, run: 1, step: 'CREDIT' }, process, at(1));
        expect(await moveTopUp({ topUpId: id, run: 1, step: 'SETTLE' }, process, at(2))).toEqual({
          status: 'CREDITED',
        });
      },
      after: coinsOnly(510),
    };
  },
};

describe('whatever dies at any step', () => {
  it.each(Object.entries(postings))(
    'of %s: the sum is right at once, and a repeat, or two, finish it once',
    async (_, setUp) => {
      const whole = immortal();
      const first = await setUp();
      const before = await balanceOf(first.userId);
      await first.live(world.process(whole.step));
      expect(await balanceOf(first.userId)).toEqual(first.after);
      expect(first.after).not.toEqual(before);
      expect(whole.steps()).toBeGreaterThan(1);
      for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
        for (const takesEffect of [false, true]) {
          const { userId, live, after } = await setUp();
          await expect(live(world.process(mortal(diesAt, takesEffect).step))).rejects.toThrow(Died);
          await balanceOf(userId);
          for (let repeat = 0; repeat < 2; repeat++) {
            await live(outside);
            expect({ diesAt, takesEffect, ...(await balanceOf(userId)) }).toEqual({ diesAt, takesEffect, ...after });
          }
        }
      }
    },
    180_000,
  );
});

/** Everything at once, by functions that die, are repeated, and are there twice; each as often as it takes. */
function storm(seed: number) {
  const random = dice(seed);
  const chance = (probability: number) => random() < probability;
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const life = frail(chance, 0.05, 200);

  /** What does not die any more, or what a rule refuses. */
  async function insist<T>(work: (process: Process) => Promise<T>): Promise<T | DomainError> {
    for (;;) {
      try {
        return await work(world.process(life()));
      } catch (error) {
        if (error instanceof DomainError && error.name !== 'changed-meanwhile') return error;
        if (!(error instanceof Unknown || error instanceof DomainError)) throw error;
      }
    }
  }
  const pick = <T>(all: readonly T[]): T => {
    const found = all[Math.floor(random() * all.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  };
  return { chance, upTo, pick, insist };
}

/** Three at a time, in order. */
async function inLanes(works: readonly (() => Promise<unknown>)[]): Promise<void> {
  const left = [...works];
  const lane = async () => {
    for (let work = left.shift(); work; work = left.shift()) await work();
  };
  await Promise.all([lane(), lane(), lane()]);
}

const ticketsOf = async (userId: string): Promise<Ticket[]> => {
  const lists = (['ACTIVE', 'CONSUMED', 'EXPIRED', 'REFUNDED'] as const).map((status) =>
    outside.tickets.list(userId, status, at(0), { limit: 100, after: undefined }),
  );
  return (await Promise.all(lists)).flatMap(({ items }) => items);
};

describe('a day of the game in which functions die all the time', () => {
  it.each([1, 2, 3, 4])(
    'leaves in every wallet what was given, bought, won, mined and paid back, once each (seed %i)',
    async (seed) => {
      const { chance, upTo, pick, insist } = storm(seed);
      const users = Array.from({ length: 5 }, () => randomUUID());
      const given = new Map<string, number>();
      const add = (userId: string, coins: number) => given.set(userId, (given.get(userId) ?? 0) + coins);

      const create = (more: Partial<GameEvent>) => outside.events.create(eventAt(at(0), more));
      const races = await Promise.all([
        create({ price: 30, capacity: 4, prize_pool: 100, prize_split: [50, 30] }),
        create({ price: 7, prize_split: [33, 33, 33] }),
      ]);
      const rained = await create({ price: 20, capacity: 6 });

      const works: (() => Promise<unknown>)[] = [];
      const twice = (work: () => Promise<unknown>) => works.push(work, ...(chance(0.3) ? [work] : []));
      for (const userId of users) {
        const [coins, id] = [50 + upTo(100), randomUUID()];
        add(userId, coins);
        twice(() => insist((process) => give(process, userId, coins, id)));
        const paid = confirmed(userId, upTo(100), newTransaction());
        add(userId, paid.coins);
        await outside.topUps.create(paid);
        twice(() => insist((process) => moveTopUp({ topUpId: paid.id, run: 1, step: 'CREDIT' }, process, at(1))));
      }
      // A payment that two name is one.
      const contested = newTransaction();
      const rivals = users.slice(0, 2).map((userId) => confirmed(userId, 40, contested));
      for (const { id } of await Promise.all(rivals.map((each) => outside.topUps.create(each))))
        twice(() => insist((process) => moveTopUp({ topUpId: id, run: 1, step: 'CREDIT' }, process, at(1))));
      for (let n = 0; n < 40; n++) {
        const [userId, id, event] = [pick(users), randomUUID(), pick([...races, rained])];
        const minutes = upTo(59);
        const kind = upTo(10);
        if (kind <= 4) {
          twice(() => insist((process) => buyAt(process, userId, event.id, id)));
          if (event !== rained || chance(0.3)) works.push(() => insist((process) => consumeAt(process, userId, id)));
        } else if (kind <= 7) {
          twice(() => insist((process) => claim({ creation: creation(id), userId }, process, at(minutes))));
        } else {
          const round = pick(['2090-06-01T08', '2090-06-01T09']);
          const once = (process: Process) => mineOnce({ userId, key: `round-${round}`, round }, process, at(minutes));
          twice(() => insist(once));
        }
      }
      await inLanes(works);

      // What was run, and the end of it all.
      for (const userId of users)
        for (const ticket of await ticketsOf(userId))
          if (ticket.status === 'CONSUMED')
            await outside.runs.change(ticket.run_id, (run) => saved(run, upTo(10_000), at(50)));
      const ends = races.map(({ id: eventId }) => async () => {
        const execution = { eventId, run: 1 };
        await insist((process) => takeUpEvent(execution, { ...process, ...runTimes }, at(60)));
        await insist((process) => computeStandings(execution, process));
        const pay = () => insist((process) => payPrizes(execution, process, at(61)));
        await Promise.all([pay(), pay()]);
        await insist((process) => wholly((after) => expireTickets({ ...execution, after }, process)));
        await insist((process) => settleEvent(execution, process, at(62)));
      });
      const refund = async () => {
        const execution = { eventId: rained.id, run: 1 };
        await insist((process) => process.events.change(rained.id, (event) => cancelEvent(event, at(30))));
        const back = () =>
          insist((process) => wholly((after) => refundTickets({ ...execution, after }, process, at(31))));
        await Promise.all([back(), back()]);
        await insist((process) => settleEvent(execution, process, at(32)));
      };
      await inLanes([...ends, refund]);

      for (const { id } of rivals) {
        const topUp = await outside.topUps.find(id);
        if (topUp?.status === 'CREDITED') add(topUp.user_id, 40);
      }
      const credited = await Promise.all(rivals.map(({ id }) => outside.topUps.find(id)));
      expect(credited.map((topUp) => topUp?.status).sort()).toEqual(['CREDITED', 'REJECTED']);

      let paidOut = 0;
      const sold = new Map<string, number>();
      for (const userId of users) {
        const tickets = await ticketsOf(userId);
        for (const { event_id } of tickets) sold.set(event_id, (sold.get(event_id) ?? 0) + 1);
        const spent = tickets.filter(({ status }) => status !== 'REFUNDED').reduce((sum, { price }) => sum + price, 0);
        const { items } = await outside.wallets.entries(userId, 'coins', { limit: 100, after: undefined });
        const won = items.filter(({ reason }) => reason === 'PRIZE').reduce((sum, { amount }) => sum + amount, 0);
        paidOut += won;
        const { coins, tokens } = await balanceOf(userId);
        expect({ seed, userId, coins }).toEqual({ seed, userId, coins: (given.get(userId) ?? 0) - spent + won });

        // A full measure at the beginning, and what has refilled in an hour, of the most that anybody ever held.
        const { items: mined } = await outside.wallets.entries(userId, 'tokens', { limit: 100, after: undefined });
        expect(mined.filter(({ key }) => key.startsWith('round-')).length).toBeLessThanOrEqual(2);
        const most = (given.get(userId) ?? 0) + won;
        expect(tokens).toBeLessThanOrEqual(mine(2 * rules.energyMax, { coins: most, cells: CELLS }, rules));
      }
      // What the places of the standings say was won is what was paid.
      let prizes = 0;
      for (const { id, capacity } of [...races, rained]) {
        const event = await outside.events.find(id);
        expect({ sold: event?.sold, settled: event?.settled_at !== undefined }).toEqual({
          sold: sold.get(id) ?? 0,
          settled: true,
        });
        expect(event?.sold).toBeLessThanOrEqual(capacity ?? Number.POSITIVE_INFINITY);
        for (const { prize } of await outside.standings.after(id, 0, 10)) prizes += prize;
      }
      expect(paidOut).toBe(prizes);
      expect(paidOut).toBeGreaterThan(0);
    },
    180_000,
  );
});

describe('a hundred at once', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => n);

  it('who buy with coins for three have three tickets, and nothing is left', async () => {
    const userId = await somebody(90);
    const event = await outside.events.create(eventAt(at(0), { price: 30 }));
    const bought = await Promise.allSettled(hundred.map(() => buyAt(outside, userId, event.id, randomUUID())));
    const refusals = bought.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refusals.length).toBe(97);
    expect(refusals.filter((error) => !(error instanceof InsufficientFunds))).toEqual([]);
    expect(await balanceOf(userId)).toEqual(coinsOnly(0));
  }, 60_000);

  it('who buy the last ticket: one has it, and paid for it', async () => {
    const users = await Promise.all(hundred.map(() => somebody(30)));
    const event = await outside.events.create(eventAt(at(0), { price: 30, capacity: 1 }));
    const bought = await Promise.allSettled(users.map((userId) => buyAt(outside, userId, event.id, randomUUID())));
    const refusals = bought.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refusals.filter((error) => !(error instanceof EventSoldOut))).toEqual([]);
    expect(refusals.length).toBe(99);
    const left = await Promise.all(users.map(async (userId) => (await balanceOf(userId)).coins));
    expect(left.reduce((sum, coins) => sum + coins, 0)).toBe(99 * 30);
  }, 60_000);

  it('who claim: one has everything', async () => {
    const userId = await somebody(10);
    const claims = hundred.map(() => claim({ creation: creation(randomUUID()), userId }, outside, at(0)));
    const made = await Promise.allSettled(claims);
    const refusals = made.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refusals.filter((error) => !(error instanceof NothingToClaim))).toEqual([]);
    expect(refusals.length).toBe(99);
    expect(await balanceOf(userId)).toEqual({ coins: 10, tokens: 300_000 });
  }, 60_000);
});
