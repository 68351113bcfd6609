import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { runStore } from '../../runs/run-store.ts';
import { RunsEnv } from '../../runs/runs-env.ts';
import { planCapture } from '../plan-capture.ts';
import { shownPath } from '../shown-path.ts';
import { TerritoriesEnv } from '../territories-env.ts';
import { capturing } from './territory-task.ts';

const env = readEnv(
  TerritoriesEnv.pick({ GAME_CELL_RESOLUTION: true, GAME_CELLS_PER_RUN: true })
    .extend(RunsEnv.pick({ GAME_PRIVACY_RADIUS: true }).shape)
    .extend({ GAME_RUNS_TABLE: z.string().min(1) }),
);
const { territories } = capturing();
const runs = runStore(documentClient(), env.GAME_RUNS_TABLE);
const deps = {
  territories,
  pathOf: (runId: string) => shownPath(runId, runs, env.GAME_PRIVACY_RADIUS),
  limits: { resolution: env.GAME_CELL_RESOLUTION, mostCells: env.GAME_CELLS_PER_RUN },
};

export const handler = task(z.object({ runId: z.string() }), ({ runId }) => planCapture(runId, deps, systemClock()));
