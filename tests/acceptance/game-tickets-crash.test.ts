import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { buy } from '../../src/running-game/events/buy-ticket.ts';
import { consume } from '../../src/running-game/events/consume-ticket.ts';
import { gameEventStore } from '../../src/running-game/events/game-event-store.ts';
import { ticketStore } from '../../src/running-game/events/ticket-store.ts';
import { runStore } from '../../src/running-game/runs/run-store.ts';
import { walletStore } from '../../src/running-game/wallet/wallet-store.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { dice } from '../support/dice.ts';
import { runsOf } from '../support/finish.ts';
import { gameEvents, give, storedEvent, tickets, wallets } from '../support/game.ts';
import { frail, immortal, mortal, type Step, Unknown } from '../support/mortal.ts';
import { tableName, tables } from '../support/tables.ts';

/** What the routes work with, of which every call to the outside may be the last one. */
function world(step: Step) {
  const client = tables(step);
  return {
    ledger: walletStore(client, tableName('game-wallets')),
    events: gameEventStore(client, tableName('game-events')),
    tickets: ticketStore(client, tableName('game-events')),
    runs: runStore(client, tableName('game-runs')),
    users: { find: () => step(async () => ({})) },
    runTimes: { uploadGrace: 60_000, longest: 3_600_000, tolerance: 60_000 },
  };
}
type World = ReturnType<typeof world>;

const creation = () => ({ id: randomUUID(), fingerprint: 'test' });
const now = () => new Date();
const page = { limit: 100, after: undefined };

/** Kills a request at each of its steps, before and after that takes effect; the same request again is to come to the same. */
async function atEachStep(
  request: (deps: World) => Promise<unknown>,
  start: () => Promise<void>,
  check: () => Promise<void>,
) {
  const whole = immortal();
  await start();
  await request(world(whole.step));
  await check();
  expect(whole.steps()).toBeGreaterThanOrEqual(3);
  for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
    for (const takesEffect of [false, true]) {
      await start();
      await expect(request(world(mortal(diesAt, takesEffect).step))).rejects.toThrow();
      await request(world(immortal().step));
      await check();
    }
  }
}

describe('a request that dies at any step, and is made again,', () => {
  it('buys one ticket, and pays for it once', async () => {
    let [userId, eventId, asked] = ['', '', creation()];
    await atEachStep(
      (deps) => buy({ creation: asked, userId, eventId }, deps, now()),
      async () => {
        [userId, asked] = [randomUUID(), creation()];
        await give(userId, 10);
        ({ id: eventId } = await storedEvent({ price: 4, capacity: 1 }));
      },
      async () => {
        expect(await gameEvents.find(eventId)).toMatchObject({ sold: 1 });
        expect((await tickets.list(userId, 'ACTIVE', now(), page)).items).toMatchObject([{ id: asked.id, price: 4 }]);
        const balance = await wallets.balanceOf(userId);
        expect(balance).toMatchObject({ coins: 6, version: 2 });
        expect(await wallets.sums(userId)).toEqual(balance);
      },
    );
  });

  it('consumes the ticket, and opens one run', async () => {
    let [userId, ticketId, eventId, asked] = ['', '', '', creation()];
    await atEachStep(
      (deps) => consume({ creation: asked, userId, ticketId }, deps, now()),
      async () => {
        [userId, asked] = [randomUUID(), creation()];
        ({ id: eventId } = await storedEvent());
        ({ id: ticketId } = await buy({ creation: creation(), userId, eventId }, world(immortal().step), now()));
      },
      async () => {
        const ticket = await tickets.find(userId, ticketId);
        expect(ticket).toMatchObject({ status: 'CONSUMED', consumption: asked.id });
        expect(await runsOf(eventId)).toMatchObject([{ ticket_id: ticketId, user_id: userId, status: 'OPEN' }]);
        await expect(
          consume({ creation: creation(), userId, ticketId }, world(immortal().step), now()),
        ).rejects.toThrow('consumed before');
      },
    );
  });
});

describe('many who buy and consume at the same time, and die at chance,', () => {
  it.each([1, 2, 3, 4])('leave every coin, ticket and run accounted for (seed %i)', async (seed) => {
    const roll = dice(seed);
    const pick = <T>(list: readonly T[]) => list[Math.floor(roll() * list.length)];
    const alive = frail((probability) => roll() < probability, 0.15, 60);
    const people: string[] = Array.from({ length: 3 }, () => randomUUID());
    for (const userId of people) await give(userId, 20);
    const events = [await storedEvent({ price: 3, capacity: 8 }), await storedEvent({ price: 5 })];

    /** Made again, the same, until it is answered. */
    async function insist(request: (deps: World) => Promise<unknown>): Promise<void> {
      for (;;) {
        try {
          await request(world(alive()));
          return;
        } catch (error) {
          if (error instanceof DomainError) return;
          if (!(error instanceof Unknown)) throw error;
        }
      }
    }

    const act = async () => {
      const userId = pick(people) ?? '';
      const asked = creation();
      if (roll() < 0.6) {
        const eventId = pick(events)?.id ?? '';
        return insist((deps) => buy({ creation: asked, userId, eventId }, deps, now()));
      }
      const [ticket] = (await tickets.list(userId, 'ACTIVE', now(), page)).items;
      if (ticket) await insist((deps) => consume({ creation: asked, userId, ticketId: ticket.id }, deps, now()));
    };
    for (let round = 0; round < 12; round++) await Promise.all(Array.from({ length: 6 }, act));

    const spent = new Map(people.map((userId) => [userId, 0]));
    for (const { id, price } of events) {
      const { items } = await tickets.ofEvent(id, page);
      expect(await gameEvents.find(id)).toMatchObject({ sold: items.length });
      const found = await Promise.all(items.map((each) => tickets.find(each.user_id, each.id)));
      for (const each of found) if (each) spent.set(each.user_id, (spent.get(each.user_id) ?? 0) + price);
      const consumed = found.flatMap((each) => (each?.status === 'CONSUMED' ? [each.run_id] : []));
      const opened = (await runsOf(id)).map((run) => run.id);
      expect(opened.sort()).toEqual(consumed.sort());
    }
    for (const userId of people) {
      const balance = await wallets.balanceOf(userId);
      expect(balance.coins).toBe(20 - (spent.get(userId) ?? 0));
      expect(await wallets.sums(userId)).toEqual(balance);
    }
    // Enough has happened for this to say something.
    expect([...spent.values()].reduce((sum, coins) => sum + coins, 0)).toBeGreaterThan(20);
  });
});
