import { createHash } from 'node:crypto';
import type { Notifier } from '../../notifications/notifier.ts';
import { chunks } from '../../shared/chunks.ts';
import { RunNotFound, settleCapture as settled } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { totalOf } from './territory.ts';
import type { TerritoryStore } from './territory-store.ts';

interface SettleDeps {
  readonly territories: Pick<TerritoryStore, 'planOf' | 'outcomeOf' | 'forgetUser'>;
  readonly runs: Pick<RunStore, 'find' | 'change'>;
  readonly notifier: Notifier;
}

/** Who says it. */
const SENDER = 'territories';

/** Losers that are told at the same moment. */
const AT_ONCE = 10;

/**
 * Tells everybody who has lost cells to a run how many, each once, and leaves the run to rest. What was captured for a runner who has left
 * meanwhile is free again, and nobody hears of it. Safe to repeat. Answers how many cells the run has captured.
 */
export async function settleCapture(
  runId: string,
  { territories, runs, notifier }: SettleDeps,
  now: Date,
): Promise<{ readonly captured: number }> {
  const plan = await territories.planOf(runId);
  const whenLeft = async () => {
    if (plan) await territories.forgetUser(plan.user_id);
    return { captured: 0 };
  };
  if (!(await runs.find(runId))) return whenLeft();
  const parts = Array.from({ length: plan?.parts ?? 0 }, (_, part) => territories.outcomeOf(runId, part));
  const { captured, lost } = totalOf((await Promise.all(parts)).flatMap((outcome) => outcome ?? []));
  for (const some of chunks(lost, AT_ONCE)) {
    await Promise.all(
      some.map(({ user_id, cells }) =>
        notifier.notify(
          {
            id: lossId(runId, user_id),
            senderId: SENDER,
            key: 'territory_lost',
            userIds: [user_id],
            targetId: runId,
            data: { run_id: runId, cells: String(cells) },
          },
          now,
        ),
      ),
    );
  }
  try {
    await runs.change(runId, settled);
    return { captured };
  } catch (error) {
    if (error instanceof RunNotFound) return whenLeft();
    throw error;
  }
}

/** Of one run and loser; both ids together are longer than a name may be. */
const lossId = (runId: string, userId: string) =>
  `territory-${createHash('sha256').update(`${runId} ${userId}`).digest('base64url')}`;
