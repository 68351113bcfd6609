import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { InvalidRequest, problem } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import { formatWall, wallAt } from '../../shared/time.ts';
import { timeZone, toInstant, wallTime } from '../../shared/wall-time.ts';

export class GameEventNotFound extends problem('event-not-found', 404, 'No such event') {}
export class EventSoldOut extends problem('event-sold-out', 409, 'There are no tickets left') {}
export class EventOver extends problem('event-over', 409, 'The event is over') {}
export class EventCancelled extends problem('event-cancelled', 409, 'The event was cancelled') {}
export class EventNotStarted extends problem('event-not-started', 409, 'The event has not started yet') {}
/** Whoever has bought a ticket has bought it to these terms. */
export class TicketsSold extends problem(
  'tickets-sold',
  409,
  'Tickets are sold; only the name of the event can still be changed',
) {}

/**
 * SCHEDULED before it starts and while it runs; FREEZING from its nightly finish on, while late uploads come in; FINISHED with its
 * standings; ARCHIVED when prizes are paid and everybody was told. CANCELLED instead of any of the last three.
 */
export const GameEventStatus = z.enum(['SCHEDULED', 'FREEZING', 'FINISHED', 'ARCHIVED', 'CANCELLED']);
export type GameEventStatus = z.output<typeof GameEventStatus>;

const MOST_COINS = 1_000_000_000;
const coins = z.int().min(0).max(MOST_COINS);

/** What an administrator says of an event. */
export const GameEventInput = z.strictObject({
  name: z.string().trim().min(1).max(200),
  time_zone: timeZone,
  starts_at: wallTime.describe('What clocks in its zone show'),
  capacity: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .describe('How many tickets there are; null for any number'),
  price: z.int().min(0).max(1_000_000).describe('Of a ticket, in coins'),
  prize_pool: coins.default(0).describe('Coins that are won besides those that tickets were bought for'),
  prize_split: z
    .array(z.int().min(1).max(100))
    .max(100)
    .refine((split) => split.reduce((sum, percent) => sum + percent, 0) <= 100, 'must come to 100 at most')
    .default([])
    .describe('Percent of all that is won, of the first place, the second, …'),
});
export type GameEventInput = z.output<typeof GameEventInput>;

/** What of it is to be another. */
export const GameEventChanges = z.strictObject({
  name: GameEventInput.shape.name.optional(),
  time_zone: timeZone.optional(),
  starts_at: wallTime.optional(),
  capacity: GameEventInput.shape.capacity.unwrap().optional(),
  price: GameEventInput.shape.price.optional(),
  prize_pool: coins.optional(),
  prize_split: GameEventInput.shape.prize_split.unwrap().optional(),
});
export type GameEventChanges = z.output<typeof GameEventChanges>;

const instant = z.iso.datetime();

export const GameEvent = z.object({
  id: z.string(),
  name: z.string(),
  time_zone: z.string(),
  starts_at: instant,
  /** Its nightly finish (`finish/finishes-at.ts`). */
  finishes_at: instant,
  capacity: z.int().nullable(),
  /** Coins. */
  price: z.int(),
  prize_pool: z.int(),
  /** Percent by place. */
  prize_split: z.array(z.int()),
  /** Tickets, those that were paid back included. */
  sold: z.int().min(0),
  status: GameEventStatus,
  participants: z.int().min(0).optional().describe('How many are in its standings, since there are any'),
  created_at: instant,
  /** Of the request that created it. */
  fingerprint: z.string(),
  /** The execution that finishes it, or pays it back: the `run`-th, to be started, or to have gone on, at `due`. */
  run: z.int().min(1),
  due: instant,
  /** When there was nothing left to do with it. */
  settled_at: instant.optional(),
  revision: z.int().min(1),
});
export type GameEvent = z.output<typeof GameEvent>;

/** Whether an execution has to do with it, or will have. */
export const isOpen = ({ settled_at }: Pick<GameEvent, 'settled_at'>): boolean => settled_at === undefined;

/** When an event that starts at an instant in a zone is finished. */
export type FinishTime = (startsAt: Date, timeZone: string) => Date;

/** Throws InvalidRequest for an event that would be over. */
function times(
  { starts_at, time_zone }: Pick<GameEventInput, 'starts_at' | 'time_zone'>,
  finishesAt: FinishTime,
  now: Date,
) {
  const starts = toInstant(starts_at, time_zone);
  const finishes = finishesAt(starts, time_zone);
  if (finishes <= now) throw new InvalidRequest([{ field: 'starts_at', reason: 'is so early that the event is over' }]);
  return { starts_at: starts.toISOString(), finishes_at: finishes.toISOString(), due: finishes.toISOString() };
}

/** An event as it begins. Throws InvalidRequest for one that would be over. */
export function createGameEvent(
  input: GameEventInput,
  creation: Creation,
  finishesAt: FinishTime,
  now: Date,
): GameEvent {
  return {
    ...creation,
    ...input,
    ...times(input, finishesAt, now),
    sold: 0,
    status: 'SCHEDULED',
    created_at: now.toISOString(),
    run: 1,
    revision: 1,
  };
}

/** Whether it has no tickets left. */
export const isSoldOut = ({ capacity, sold }: Pick<GameEvent, 'capacity' | 'sold'>): boolean =>
  capacity !== null && sold >= capacity;

const changed = (event: GameEvent, changes: Partial<GameEvent>): GameEvent => ({
  ...event,
  ...changes,
  revision: event.revision + 1,
});

type Times = Pick<GameEvent, 'status' | 'starts_at' | 'finishes_at'>;

/** Throws EventCancelled and EventOver where nothing can be bought, consumed or cancelled any more. */
export function ensureNotOver(event: Omit<Times, 'starts_at'>, now: Date): void {
  if (event.status === 'CANCELLED') throw new EventCancelled();
  if (event.status !== 'SCHEDULED' || event.finishes_at <= now.toISOString()) throw new EventOver();
}

/** Whether one can run in it at this moment. */
export const isRunning = ({ status, starts_at, finishes_at }: Times, now: Date): boolean =>
  status === 'SCHEDULED' && starts_at <= now.toISOString() && now.toISOString() < finishes_at;

/** Throws EventCancelled, EventOver and EventNotStarted where one cannot. */
export function ensureRunning(event: Times, now: Date): void {
  ensureNotOver(event, now);
  if (!isRunning(event, now)) throw new EventNotStarted();
}

/**
 * The event with the changes in it; the very same one where they change nothing. In another zone it starts when clocks there show the same
 * time. Throws TicketsSold for more than the name once a ticket is sold, EventOver, EventCancelled, InvalidRequest.
 */
export function editGameEvent(
  event: GameEvent,
  { starts_at, ...changes }: GameEventChanges,
  finishesAt: FinishTime,
  now: Date,
): GameEvent {
  ensureNotOver(event, now);
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const moved = starts_at ?? (changes.time_zone && formatWall(wallAt(Date.parse(event.starts_at), event.time_zone)));
  const time_zone = changes.time_zone ?? event.time_zone;
  const edited = { ...event, ...given, ...(moved ? times({ starts_at: moved, time_zone }, finishesAt, now) : {}) };
  if (isDeepStrictEqual(edited, event)) return event;
  if (event.sold > 0 && !isDeepStrictEqual({ ...edited, name: event.name }, event)) throw new TicketsSold();
  return changed(edited, {});
}

/** Stops everything that needs the event to run, and has its execution go on at `due`; one that is past that is no change. */
export function freezeEvent(event: GameEvent, due: Date): GameEvent {
  return event.status === 'SCHEDULED' ? changed(event, { status: 'FREEZING', due: due.toISOString() }) : event;
}

/** The standings are made; an event that has them, or none, is no change. */
export function finishEvent(event: GameEvent, participants: number): GameEvent {
  return event.status === 'FREEZING' ? changed(event, { status: 'FINISHED', participants }) : event;
}

/** There is nothing left to do with a finished event; any other is no change. */
export function archiveEvent(event: GameEvent, now: Date): GameEvent {
  return event.status === 'FINISHED' ? changed(event, { status: 'ARCHIVED', settled_at: now.toISOString() }) : event;
}

/** Calls it off, so that its tickets are paid back; one that was before is no change. Throws EventOver from its finish on. */
export function cancelEvent(event: GameEvent, now: Date): GameEvent {
  if (event.status === 'CANCELLED') return event;
  ensureNotOver(event, now);
  return changed(event, { status: 'CANCELLED', due: now.toISOString() });
}

/** All of its tickets are paid back; an event that was not cancelled, or that is settled, is no change. */
export function settleCancelled(event: GameEvent, now: Date): GameEvent {
  return event.status === 'CANCELLED' && isOpen(event) ? changed(event, { settled_at: now.toISOString() }) : event;
}

/** Hands it to its `run`-th execution; one that needs none any more, or that a later one has, is no change. */
export function takeOver(event: GameEvent, run: number, now: Date): GameEvent {
  return isOpen(event) && event.run < run ? changed(event, { run, due: now.toISOString() }) : event;
}
