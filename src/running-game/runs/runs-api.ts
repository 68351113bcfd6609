import * as z from 'zod';
import type { Cursors } from '../../shared/http/cursor.ts';
import type { Executions } from '../../shared/workflow/executions.ts';
import { isInstant, type Point } from './assessment.ts';
import { MOST_POINTS_A_BATCH } from './run.ts';
import type { RunStore } from './run-store.ts';

/** What the routes of this room work with. */
export interface RunsApi {
  readonly runs: Pick<RunStore, 'find' | 'change' | 'addBatch' | 'batchesOf' | 'listBatches' | 'runsOfUser'>;
  /** Of the machine that captures territories. */
  readonly captures: Pick<Executions, 'start'>;
  readonly cursors: Cursors;
  /** Metres around a run's ends that others do not see. */
  readonly privacyRadius: number;
}

export const runPath = z.object({ id: z.string().min(1).max(64) });

const INSTANT = 'must be an instant such as 2026-12-01T17:00:00Z';

/** A point as it is uploaded, and as its runner gets it back. */
export const PointInput = z.strictObject({
  at: z.iso
    .datetime({ offset: true, error: INSTANT, abort: true })
    .refine((at) => isInstant(Date.parse(at)), 'must be in the years 1970 to 2999'),
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  accuracy: z.number().min(0).max(100_000).optional().describe('Metres; what is worse than 20 does not count'),
  altitude: z.number().min(-20_000).max(100_000).optional().describe('Metres'),
});

export const BatchInput = z.strictObject({
  seq: z.int().min(0).max(999_999).describe('Its place among the batches of the run'),
  points: z.array(PointInput).min(1).max(MOST_POINTS_A_BATCH),
});

export const pointOf = ({ at, ...rest }: z.output<typeof PointInput>): Point => ({ t: Date.parse(at), ...rest });
export const viewPoint = ({ t, ...rest }: Point): z.input<typeof PointInput> => ({
  at: new Date(t).toISOString(),
  ...rest,
});

/** What of a run was uploaded so far. */
export const Uploaded = z.object({
  id: z.string(),
  batches: z.int(),
  points: z.int(),
  uploads_until: z.iso.datetime(),
});
