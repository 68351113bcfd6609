import { chunks } from '../../shared/chunks.ts';
import { type Held, outcomeOf } from './territory.ts';
import type { TerritoryStore } from './territory-store.ts';

interface CaptureDeps {
  readonly territories: Pick<TerritoryStore, 'planOf' | 'cellsOf' | 'outcomeOf' | 'capture' | 'saveOutcome'>;
  /** For how long a cell is held; milliseconds. */
  readonly decay: number;
}

/** Cells that are written at the same moment. */
const AT_ONCE = 25;

/**
 * Captures the cells of one part of a run's plan, each by a conditional write, and keeps what became of them. A function that dies in between
 * is run again: each cell still says whose it was before.
 */
export async function capturePart(
  { runId, part }: { readonly runId: string; readonly part: number },
  { territories, decay }: CaptureDeps,
  now: Date,
): Promise<void> {
  const plan = await territories.planOf(runId);
  if (!plan) throw new Error('there is no plan');
  if (await territories.outcomeOf(runId, part)) return;
  const held: Held[] = [];
  for (const some of chunks(await territories.cellsOf(runId, part), AT_ONCE)) {
    held.push(...(await Promise.all(some.map((cell) => territories.capture(cell, plan)))));
  }
  await territories.saveOutcome(runId, part, outcomeOf(held, plan, decay), now);
}
