import type { Event } from './event.ts';

/**
 * Whoever has to follow an event, such as the reminders that are set relative to it. Both calls may come again for the same
 * change, after a crash or a repeated request, so an answer to them leaves the same state however often it is given.
 */
export interface EventFollower {
  /** Called after the event was changed, with the event as stored; it may start at another moment than before. */
  eventMoved(event: Event): Promise<void>;
  /** Called before the event goes. */
  eventDeleted(eventId: string): Promise<void>;
}

/** All of them as one, told one after the other. */
export const followers = (...all: readonly EventFollower[]): EventFollower => ({
  async eventMoved(event) {
    for (const each of all) await each.eventMoved(event);
  },
  async eventDeleted(eventId) {
    for (const each of all) await each.eventDeleted(eventId);
  },
});
