import * as z from 'zod';
import { durationWithin } from '../../shared/duration.ts';
import { DAY } from '../../shared/time.ts';

/** How territory is captured, and for how long it is held. */
export const TerritoriesEnv = z.object({
  /** H3's resolution of a cell: 10 has an edge of 76 metres, each further one a fraction of 2.6 of that. */
  GAME_CELL_RESOLUTION: z.coerce.number().int().min(7).max(12).default(10),
  /** How many cells one run captures at most. */
  GAME_CELLS_PER_RUN: z.coerce.number().int().min(1).max(5000).default(1000),
  /** After so long a cell that was not captured again is nobody's. */
  GAME_CELL_DECAY: durationWithin(DAY, 3650 * DAY, 'a duration from P1D to P3650D').default('P30D'),
});
