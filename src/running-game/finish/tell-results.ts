import type { Notifier } from '../../notifications/notifier.ts';
import type { GameEvent } from '../events/game-event.ts';
import type { GameEventStore } from '../events/game-event-store.ts';
import type { RunStore } from '../runs/run-store.ts';
import { eventOf } from './finish-event.ts';
import { forEach, type Left, type Portion } from './portion.ts';
import type { Standing } from './standing.ts';
import type { StandingsStore } from './standings-store.ts';

interface Deps {
  readonly events: Pick<GameEventStore, 'find'>;
  readonly standings: Pick<StandingsStore, 'after'>;
  readonly runs: Pick<RunStore, 'find'>;
  readonly notifier: Notifier;
}

/** Runners that one call tells. */
const PORTION = 300;

/** Tells a part of those who are in the standings of a finished event how they were placed, each once. Throws Superseded, GameEventNotFound. */
export async function tellResults(
  { after, ...execution }: Portion,
  { events, standings, runs, notifier }: Deps,
  now: Date,
): Promise<Left> {
  const event = await eventOf(execution, events);
  const { participants = 0 } = event;
  const from = Number(after?.place ?? 0);
  const count = Math.min(PORTION, participants - from);
  if (count <= 0) return { next: null };
  await forEach(await standings.after(event.id, from, count), async (standing) => {
    const run = await runs.find(standing.run_id);
    // Whoever has left is told nothing.
    if (run) await notifier.notify(resultOf(event, standing, run.user_id), now);
  });
  return { next: from + count < participants ? { place: from + count } : null };
}

const resultOf = (
  { id, name, participants }: GameEvent,
  { run_id, place, distance_m, prize }: Standing,
  userId: string,
) => ({
  id: `result-${run_id}`,
  senderId: 'game',
  key: 'game_result',
  userIds: [userId],
  targetId: id,
  data: {
    event_id: id,
    event_name: name,
    run_id,
    place: String(place),
    participants: String(participants),
    distance_km: (distance_m / 1000).toFixed(2),
    ...(prize > 0 ? { prize: String(prize) } : {}),
  },
});
