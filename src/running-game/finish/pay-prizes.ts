import type { GameEventStore } from '../events/game-event-store.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { Ledger } from '../wallet/ledger.ts';
import { type Execution, eventOf } from './finish-event.ts';
import { forEach } from './portion.ts';
import type { StandingsStore } from './standings-store.ts';

interface Deps {
  readonly events: Pick<GameEventStore, 'find'>;
  readonly standings: Pick<StandingsStore, 'after'>;
  readonly runs: Pick<RunStore, 'find'>;
  readonly ledger: Pick<Ledger, 'post'>;
}

/**
 * Pays what places of a finished event have won, each once. Whoever has left since gets nothing, and nobody moves up for it. Throws
 * Superseded, GameEventNotFound.
 */
export async function payPrizes(execution: Execution, { events, standings, runs, ledger }: Deps, now: Date) {
  const { id, participants = 0, prize_split } = await eventOf(execution, events);
  const places = await standings.after(id, 0, Math.min(participants, prize_split.length));
  await forEach(
    places.filter(({ prize }) => prize > 0),
    async ({ run_id, prize }) => {
      const run = await runs.find(run_id);
      if (!run) return;
      await ledger.post({
        user_id: run.user_id,
        key: `prize-${id}`,
        currency: 'coins',
        amount: prize,
        reason: 'PRIZE',
        reference: id,
        at: now.toISOString(),
      });
    },
  );
}
