import * as z from 'zod';
import {
  archiveEvent,
  freezeEvent,
  type GameEvent,
  GameEventNotFound,
  type GameEventStatus,
  settleCancelled,
} from '../events/game-event.ts';
import type { GameEventStore } from '../events/game-event-store.ts';

/** An execution of an event's finish: the event's `run`-th. */
export const Execution = z.object({ eventId: z.string(), run: z.int() });
export type Execution = z.output<typeof Execution>;

/** The event has a later execution. */
class Superseded extends Error {
  override readonly name: string = 'Superseded';
}

/** The verb for the execution that has the event. For every other it throws Superseded. */
export const ofRun =
  (run: number, verb: (event: GameEvent) => GameEvent) =>
  (event: GameEvent): GameEvent => {
    if (event.run !== run) throw new Superseded();
    return verb(event);
  };

/** The event of an execution that has it. Throws Superseded for any other, GameEventNotFound. */
export async function eventOf({ eventId, run }: Execution, events: Pick<GameEventStore, 'find'>): Promise<GameEvent> {
  const event = await events.find(eventId);
  if (!event) throw new GameEventNotFound();
  if (event.run !== run) throw new Superseded();
  return event;
}

interface Deps {
  readonly events: Pick<GameEventStore, 'change'>;
  /** How long after an event's finish points of its runs are still taken; milliseconds. */
  readonly uploadGrace: number;
}

/** How an event stands, and until when its runs still take points (instant, ISO 8601 UTC). */
interface Progress {
  readonly status: GameEventStatus;
  readonly uploadsUntil: string;
}

/** Stops the event whose finish has come; one that is past that stays as it is. Throws Superseded, GameEventNotFound. */
export async function takeUpEvent(
  { eventId, run }: Execution,
  { events, uploadGrace }: Deps,
  now: Date,
): Promise<Progress> {
  const uploadsUntil = ({ finishes_at }: GameEvent) => new Date(Date.parse(finishes_at) + uploadGrace);
  const isDue = ({ finishes_at }: GameEvent) => Date.parse(finishes_at) <= now.getTime();
  // A finish that begins late does not become due before it has begun: its sweep would ask seldom, and let it pause for nothing.
  const nextDue = (event: GameEvent) => new Date(Math.max(uploadsUntil(event).getTime(), now.getTime()));
  const freeze = ofRun(run, (event) => (isDue(event) ? freezeEvent(event, nextDue(event)) : event));
  const event = await events.change(eventId, freeze);
  return { status: event.status, uploadsUntil: uploadsUntil(event).toISOString() };
}

/** Lays the event to rest after everything is done. Throws Superseded, GameEventNotFound. */
export async function settleEvent(
  { eventId, run }: Execution,
  { events }: Pick<Deps, 'events'>,
  now: Date,
): Promise<Pick<Progress, 'status'>> {
  const settle = ofRun(run, (event) => settleCancelled(archiveEvent(event, now), now));
  const { status } = await events.change(eventId, settle);
  return { status };
}
