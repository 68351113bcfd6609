import { inItsArea } from './areas.ts';
import { type CaptureLimits, capturedCells, type Track } from './cells.ts';
import type { Captor } from './territory.ts';
import type { TerritoryStore } from './territory-store.ts';

/** A run that captures, and where it led. */
export interface Path extends Captor, Track {}

interface PlanDeps {
  /** Undefined for a run that does not count, or whose runner has left. */
  readonly pathOf: (runId: string) => Promise<Path | undefined>;
  readonly territories: Pick<TerritoryStore, 'planOf' | 'savePlan'>;
  readonly limits: CaptureLimits;
}

/**
 * Decides which cells a run is to capture, once: answers the parts that they are captured in, none where there is nothing to capture. Safe to
 * repeat.
 */
export async function planCapture(
  runId: string,
  { pathOf, territories, limits }: PlanDeps,
  now: Date,
): Promise<{ readonly parts: number[] }> {
  const path = await pathOf(runId);
  if (!path) return { parts: [] };
  const plan =
    (await territories.planOf(runId)) ??
    (await territories.savePlan(path, capturedCells(path, limits).map(inItsArea), now));
  return { parts: Array.from({ length: plan.parts }, (_, part) => part) };
}
