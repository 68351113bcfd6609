import { describe, expect, it } from '@jest/globals';
import {
  archiveEvent,
  cancelEvent,
  createGameEvent,
  editGameEvent,
  ensureRunning,
  finishEvent,
  freezeEvent,
  type GameEvent,
  GameEventInput,
  isOpen,
  isRunning,
  isSoldOut,
  settleCancelled,
  takeOver,
} from '../../../src/running-game/events/game-event.ts';
import { finishesAt as nightly } from '../../../src/running-game/finish/finishes-at.ts';

const finishesAt = (startsAt: Date, timeZone: string) => nightly(startsAt, timeZone, '22:00');
const input = { name: 'Park run', time_zone: 'Europe/Warsaw', starts_at: '2026-07-01T18:00:00', price: 5 };
const day = new Date('2026-06-01T12:00:00Z');
const create = (more: object = {}, now = day): GameEvent =>
  createGameEvent(GameEventInput.parse({ ...input, ...more }), { id: 'e1', fingerprint: 'f' }, finishesAt, now);
const edit = (event: GameEvent, changes: Parameters<typeof editGameEvent>[1], now = day) =>
  editGameEvent(event, changes, finishesAt, now);

const STARTS = new Date('2026-07-01T16:00:00Z');
const FINISHES = new Date('2026-07-01T20:00:00Z');
const UPLOADS_UNTIL = new Date('2026-07-01T20:15:00Z');
const justBefore = (instant: Date) => new Date(instant.getTime() - 1);

describe('an event', () => {
  it('starts and is finished by the clocks of its zone', () => {
    expect(create()).toMatchObject({
      starts_at: STARTS.toISOString(),
      finishes_at: FINISHES.toISOString(),
      due: FINISHES.toISOString(),
      status: 'SCHEDULED',
      capacity: null,
      prize_split: [],
    });
  });

  it('may have begun, but not be over', () => {
    expect(create({}, justBefore(FINISHES)).id).toBe('e1');
    expect(() => create({}, FINISHES)).toThrow('starts_at');
  });

  it('runs from its start on and until its finish', () => {
    const event = create();
    const moments = [justBefore(STARTS), STARTS, justBefore(FINISHES), FINISHES];
    expect(moments.map((now) => isRunning(event, now))).toEqual([false, true, true, false]);
    expect(() => ensureRunning(event, justBefore(STARTS))).toThrow('not started');
    expect(() => ensureRunning(event, FINISHES)).toThrow('over');
    expect(() => ensureRunning(freezeEvent(event, UPLOADS_UNTIL), STARTS)).toThrow('over');
    expect(() => ensureRunning(cancelEvent(event, day), STARTS)).toThrow('cancelled');
  });

  it('is sold out at its capacity, and never without one', () => {
    const sold = (capacity: number | null) => isSoldOut({ capacity, sold: 3 });
    expect([sold(4), sold(3), sold(2), sold(null)]).toEqual([false, true, true, false]);
  });
});

describe('a change of an event', () => {
  it('that changes nothing leaves the very same one', () => {
    const event = create();
    expect(edit(event, {})).toBe(event);
    expect(edit(event, { name: 'Park run', starts_at: '2026-07-01T18:00:00', capacity: null, prize_split: [] })).toBe(
      event,
    );
  });

  it('of the zone keeps what clocks show at its start', () => {
    expect(edit(create(), { time_zone: 'Asia/Kathmandu' })).toMatchObject({
      starts_at: '2026-07-01T12:15:00.000Z',
      finishes_at: '2026-07-01T16:15:00.000Z',
      due: '2026-07-01T16:15:00.000Z',
      revision: 2,
    });
  });

  it('is of the name alone once a ticket is sold', () => {
    const event = { ...create(), sold: 1 };
    expect(edit(event, { name: 'Late run', price: 5 })).toEqual({ ...event, name: 'Late run', revision: 2 });
    const others = [
      { price: 6 },
      { capacity: 9 },
      { prize_pool: 1 },
      { prize_split: [1] },
      { starts_at: '2026-07-02T18:00:00' },
    ];
    for (const each of others) expect(() => edit(event, { name: 'Late run', ...each })).toThrow('sold');
  });

  it('is not made to one that is over or cancelled, or so that it would be over', () => {
    expect(() => edit(create(), { name: 'Late run' }, FINISHES)).toThrow('over');
    expect(() => edit(cancelEvent(create(), day), { name: 'Late run' })).toThrow('cancelled');
    expect(() => edit(create(), { starts_at: '2026-05-01T10:00:00' })).toThrow('starts_at');
  });
});

describe('the way of an event', () => {
  it('goes over freezing and its standings to the archive, a step at a time', () => {
    const event = create();
    const frozen = freezeEvent(event, UPLOADS_UNTIL);
    const finished = finishEvent(frozen, 2);
    const archived = archiveEvent(finished, FINISHES);
    expect([frozen, finished, archived].map(({ status }) => status)).toEqual(['FREEZING', 'FINISHED', 'ARCHIVED']);
    expect([frozen, finished, archived].map(isOpen)).toEqual([true, true, false]);
    // Again, or out of order, none of the steps changes anything.
    expect([
      freezeEvent(frozen, UPLOADS_UNTIL),
      finishEvent(event, 1),
      finishEvent(archived, 1),
      archiveEvent(frozen, FINISHES),
    ]).toEqual([frozen, event, archived, frozen]);
  });

  it('ends when it is cancelled before its finish, with what has to be paid back', () => {
    const event = create();
    const cancelled = cancelEvent(event, STARTS);
    expect(cancelled).toMatchObject({ status: 'CANCELLED', due: STARTS.toISOString() });
    expect([isOpen(cancelled), isOpen(settleCancelled(cancelled, STARTS))]).toEqual([true, false]);
    expect(cancelEvent(cancelled, FINISHES)).toBe(cancelled);
    expect([freezeEvent(cancelled, UPLOADS_UNTIL), settleCancelled(event, STARTS)]).toEqual([cancelled, event]);
    expect(() => cancelEvent(event, FINISHES)).toThrow('over');
    expect(() => cancelEvent(freezeEvent(event, UPLOADS_UNTIL), STARTS)).toThrow('over');
  });

  it('is handed from run to run while it is open', () => {
    const event = create();
    const second = takeOver(event, 2, FINISHES);
    expect(second).toMatchObject({ run: 2, due: FINISHES.toISOString() });
    expect(takeOver(second, 2, FINISHES)).toBe(second);
    const settled = settleCancelled(cancelEvent(event, day), day);
    expect(takeOver(settled, 2, FINISHES)).toBe(settled);
  });
});
