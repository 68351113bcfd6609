import { randomUUID } from 'node:crypto';
import type { GameEvent } from '../../src/running-game/events/game-event.ts';
import { gameEventStore } from '../../src/running-game/events/game-event-store.ts';
import { buyTicket } from '../../src/running-game/events/ticket.ts';
import { ticketStore } from '../../src/running-game/events/ticket-store.ts';
import type { Currency } from '../../src/running-game/wallet/ledger.ts';
import { walletStore } from '../../src/running-game/wallet/wallet-store.ts';
import { type Answer, newMember, type Person } from '../acceptance/person.ts';
import { tableName, tables } from './tables.ts';

export const wallets = walletStore(tables(), tableName('game-wallets'));
export const gameEvents = gameEventStore(tables(), tableName('game-events'));
export const tickets = ticketStore(tables(), tableName('game-events'));

const HOUR = 3600 * 1000;

let administrator: Promise<Person> | undefined;
/** Somebody who administers the game. */
export const gameAdmin = (): Promise<Person> => {
  administrator ??= newMember('gina', 'admins');
  return administrator;
};

/** Puts coins, or millionths of tokens, into somebody's wallet. */
export async function give(userId: string, amount: number, currency: Currency = 'coins'): Promise<void> {
  const at = new Date().toISOString();
  const key = `gift-${randomUUID()}`;
  await wallets.post({ user_id: userId, key, currency, amount, reason: 'GRANT', reference: 'a gift', at });
}

/** Stores an event as it is, which runs since a minute ago, is finished in an hour, and costs nothing, unless it says otherwise. */
export function storedEvent(more: Partial<GameEvent> = {}): Promise<GameEvent> {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const finishes_at = more.finishes_at ?? at(HOUR);
  return gameEvents.create({
    id: randomUUID(),
    name: 'Park run',
    time_zone: 'Europe/Warsaw',
    starts_at: at(-60_000),
    finishes_at,
    capacity: null,
    price: 0,
    prize_pool: 0,
    prize_split: [],
    sold: 0,
    status: 'SCHEDULED',
    created_at: at(-HOUR),
    fingerprint: 'test',
    run: 1,
    due: finishes_at,
    revision: 1,
    ...more,
  });
}

/** A ticket of an event that costs nothing, as if it had been bought. */
export async function ticketOf(userId: string, event: GameEvent): Promise<string> {
  const ticket = buyTicket(event, { id: randomUUID(), fingerprint: 'test' }, userId, new Date());
  if (!(await tickets.buy(ticket, []))) throw new Error('the event sells no ticket');
  return ticket.id;
}

export const buy = (person: Person, eventId: string, headers: Record<string, string> = {}): Promise<Answer> =>
  person.ask('POST', `/api/v1/game/events/${eventId}/tickets`, { headers });

export const consume = (person: Person, ticketId: string, headers: Record<string, string> = {}): Promise<Answer> =>
  person.ask('POST', `/api/v1/game/tickets/${ticketId}/consume`, { headers });
