import { expect, it } from '@jest/globals';
import type { GameEvent } from '../../../src/running-game/events/game-event.ts';
import { takeUpEvent } from '../../../src/running-game/finish/finish-event.ts';
import { HOUR, MINUTE } from '../../../src/shared/time.ts';

const FINISH = Date.parse('2026-06-01T20:00:00Z');
const GRACE = 15 * MINUTE;
const after = (ms: number) => new Date(FINISH + ms);

/** How the event stands after its `run`-th execution has taken it up so long after its finish; milliseconds. */
async function takenUp(late: number): Promise<GameEvent> {
  let event: GameEvent = {
    id: 'an-event',
    name: 'A run',
    time_zone: 'Europe/Warsaw',
    starts_at: after(-HOUR).toISOString(),
    finishes_at: after(0).toISOString(),
    capacity: 10,
    price: 0,
    prize_pool: 0,
    prize_split: [100],
    sold: 0,
    status: 'SCHEDULED',
    created_at: after(-2 * HOUR).toISOString(),
    fingerprint: '',
    run: 1,
    due: after(0).toISOString(),
    revision: 1,
  };
  const events = {
    change: async (_: string, verb: (before: GameEvent) => GameEvent) => {
      event = verb(event);
      return event;
    },
  };
  const { uploadsUntil } = await takeUpEvent(
    { eventId: event.id, run: 1 },
    { events, uploadGrace: GRACE },
    after(late),
  );
  expect(uploadsUntil).toBe(after(GRACE).toISOString());
  return event;
}

it('is due again when the wait for late uploads ends, and not before it has begun', async () => {
  const due = async (late: number) => (await takenUp(late)).due;
  expect(await due(0)).toBe(after(GRACE).toISOString());
  expect(await due(GRACE)).toBe(after(GRACE).toISOString());
  expect(await due(5 * HOUR)).toBe(after(5 * HOUR).toISOString());
});
