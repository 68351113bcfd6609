import * as z from 'zod';

/** A run that captures, and when it was saved: instant, ISO 8601 UTC. */
export interface Captor {
  readonly run_id: string;
  readonly user_id: string;
  readonly saved_at: string;
}

/**
 * A cell as it is held. Of two runs the one that was saved later has it, of two at one moment the one with the greater id, in whatever order
 * they come to it.
 */
export const Held = z.object({
  /** H3's index of the cell. */
  cell: z.string(),
  user_id: z.string(),
  /** `<saved_at>#<run id>` of the run that holds it: the greater one wins. */
  since: z.string(),
  /** Whose it was before, and since when; null where it was nobody's. */
  taken_from: z.string().nullable(),
  taken_since: z.string().nullable(),
});
export type Held = z.output<typeof Held>;

/** The place of a run among all that come to a cell. */
export const sinceOf = ({ saved_at, run_id }: Pick<Captor, 'saved_at' | 'run_id'>): string =>
  `${new Date(saved_at).toISOString()}#${run_id}`;

const savedAt = (since: string): number => Date.parse(since.slice(0, since.indexOf('#')));

/** What is held at an instant has a greater `since`; `decay` in milliseconds. */
export const decayedBy = (now: Date, decay: number): string => `${new Date(now.getTime() - decay).toISOString()}~`;

export const isHeld = ({ since }: Pick<Held, 'since'>, decay: number, now: Date): boolean =>
  since > decayedBy(now, decay);

/** When a hold decays; instant. */
export const decaysAt = (since: string, decay: number): Date => new Date(savedAt(since) + decay);

/** Who has lost a cell to a run: nobody if another run has it, if it was the captor's own, or nobody's any more when the run was saved. */
function loserOf({ since, taken_from, taken_since }: Held, captor: Captor, decay: number): string | undefined {
  if (since !== sinceOf(captor) || taken_from === null || taken_from === captor.user_id) return undefined;
  if (taken_since === null || !isHeld({ since: taken_since }, decay, new Date(captor.saved_at))) return undefined;
  return taken_from;
}

/** What became of some of a run's cells: how many it has, and how many each of the others has lost by that. */
export const Outcome = z.object({
  captured: z.int().min(0),
  lost: z.array(z.object({ user_id: z.string(), cells: z.int().min(1) })),
});
export type Outcome = z.output<typeof Outcome>;

/** Adds up what became of a run's cells, as each is held after it came to them. */
export function outcomeOf(cells: readonly Held[], captor: Captor, decay: number): Outcome {
  const own = cells.filter(({ since }) => since === sinceOf(captor));
  const losers = own.flatMap((each) => loserOf(each, captor, decay) ?? []);
  return { captured: own.length, lost: [...counted(losers.map((user_id) => ({ user_id, cells: 1 })))] };
}

/** The same of all of its parts. */
export const totalOf = (outcomes: readonly Outcome[]): Outcome => ({
  captured: outcomes.reduce((sum, { captured }) => sum + captured, 0),
  lost: counted(outcomes.flatMap(({ lost }) => lost)),
});

function counted(losses: Outcome['lost']): Outcome['lost'] {
  const cells = new Map<string, number>();
  for (const loss of losses) cells.set(loss.user_id, (cells.get(loss.user_id) ?? 0) + loss.cells);
  return [...cells].map(([user_id, count]) => ({ user_id, cells: count }));
}
