import { DAY, parseWall, resolveWall, wallAt } from '../../shared/time.ts';

/** A time of day, `22:00`. */
export const TIME_OF_DAY: RegExp = /^([01]\d|2[0-3]):[0-5]\d$/;

/**
 * When an event is finished: the first time after it has started that the clocks of its zone come to `timeOfDay` (`22:00`). One that
 * starts earlier in the day is finished the same day; one that starts later, or at that very moment, on the next.
 *
 * A day has one such moment. Where the clocks show the time twice it is the first; where they jump over it, it is later by the jump's
 * length; and where they leave out the whole date, that date's is the next one's (see `resolveWall`).
 */
export function finishesAt(startsAt: Date, timeZone: string, timeOfDay: string): Date {
  const time = parseWall(`1970-01-01T${timeOfDay}`);
  if (time === undefined) throw new RangeError('not a time of day');
  const today = Math.floor(wallAt(startsAt.getTime(), timeZone) / DAY) * DAY;
  const on = (days: number) => resolveWall(today + days * DAY + time, timeZone).instant;
  const [first = on(2)] = [on(0), on(1)].filter((instant) => instant > startsAt.getTime());
  return new Date(first);
}
