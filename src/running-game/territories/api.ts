import * as z from 'zod';
import { milliseconds } from '../../shared/duration.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { api } from '../../shared/http/api.ts';
import { cursors } from '../../shared/http/cursor.ts';
import { routes } from './routes/index.ts';
import { TerritoriesEnv } from './territories-env.ts';
import { territoryStore } from './territory-store.ts';

const env = readEnv(
  TerritoriesEnv.pick({ GAME_CELL_RESOLUTION: true, GAME_CELL_DECAY: true }).extend({
    GAME_TERRITORIES_TABLE: z.string().min(1),
    TOKEN_SECRET: z.string().min(32),
  }),
);

export const handler = api(routes, {
  territories: territoryStore(documentClient(), env.GAME_TERRITORIES_TABLE, milliseconds(env.GAME_CELL_DECAY)),
  cursors: cursors(env.TOKEN_SECRET),
  resolution: env.GAME_CELL_RESOLUTION,
});
